#include "controller/status/refusal.hpp"

namespace holdfast::controller {

Refusal refusal(Outcome<kube::Answer> const& answer) {
    if (!answer) return Refusal::all;
    int const status = answer->status;
    if (status >= 200 && status < 300) return Refusal::none;
    bool const patience = status == 401 || status == 408 || status == 429;
    return status >= 400 && status <= 500 && !patience ? Refusal::this_one : Refusal::all;
}

}  // namespace holdfast::controller
