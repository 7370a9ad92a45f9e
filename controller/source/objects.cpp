#include "controller/source/objects.hpp"

namespace holdfast::controller {

std::string ObjectMeta::key() const { return name_space.empty() ? name : name_space + "/" + name; }

}  // namespace holdfast::controller
