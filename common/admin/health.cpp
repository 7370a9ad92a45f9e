#include "common/admin/health.hpp"

namespace holdfast::admin {

Response health_response(std::vector<Check> const& checks, Request const& request) {
    auto const excluded = request.parameter("exclude");
    bool all_good = true;
    std::string lines;
    for (Check const& check : checks) {
        if (excluded && *excluded == check.name) {
            lines += "[+]" + check.name + " excluded\n";
            continue;
        }
        all_good = all_good && check.good;
        lines += (check.good ? "[+]" : "[-]") + check.name + (check.good ? " ok\n" : " failed\n");
    }
    if (!all_good) {
        return {.status = 500, .body = lines + "check failed\n"};
    }
    return {.body = request.parameter("verbose") ? lines + "check passed\n" : "ok"};
}

}  // namespace holdfast::admin
