# cmake -DOUTPUT=FILE.cpp "-DFILES=A;B" -P embed.cmake: writes the source of embedded_file().
set(entries "")
foreach(file ${FILES})
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Written by embed.cmake.
#include \"controller/source/embedded.hpp\"

#include <utility>

#include \"common/base/assert.hpp\"

namespace holdfast::controller {

namespace {

constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
${entries}};

}  // namespace

std::string_view embedded_file(std::string_view name) {
    for (auto const& [file, text] : kFiles) {
        if (file == name) return text;
    }
    assertion_failed(\"the file is embedded\");
}

}  // namespace holdfast::controller
")
