// Goal: docs/reference.md tells every field of the CRD as it is.
// Method: the tables between its two marks are generated anew and compared. HOLDFAST_UPDATE=1
// writes them.
#include <gtest/gtest.h>

#include <cstdlib>

#include "controller/source/kinds.hpp"
#include "controller/source/yaml_reader.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/source/manifests.hpp"
#include "tests/unit/source/reference_tables.hpp"

namespace holdfast::controller {
namespace {

using test::write_file;

constexpr char const* kBegin =
    "<!-- Generated from crds/holdfast.dev_websocketroutes.yaml: begin -->\n";
constexpr char const* kEnd = "<!-- Generated: end -->\n";

TEST(Reference, TellsTheFieldsOfTheCrd) {
    std::filesystem::path const path = in_tree("docs/reference.md");
    std::string const page = read_file(path);
    std::size_t const begin = page.find(kBegin);
    std::size_t const end = page.find(kEnd);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);

    Value const crd =
        read_yaml(read_file(in_tree("crds/holdfast.dev_websocketroutes.yaml"))).front().root;
    std::string const tables = "\n" + reference_tables(crd_schema(crd));
    std::size_t const from = begin + std::string_view(kBegin).size();
    if (std::getenv("HOLDFAST_UPDATE") != nullptr) {
        write_file(path, page.substr(0, from) + tables + page.substr(end));
        return;
    }
    EXPECT_EQ(page.substr(from, end - from), tables) << "run this test with HOLDFAST_UPDATE=1";
}

TEST(Reference, DescribesEveryField) {
    Value const crd =
        read_yaml(read_file(in_tree("crds/holdfast.dev_websocketroutes.yaml"))).front().root;
    std::function<void(Value const&, std::string const&)> const visit =
        [&](Value const& schema, std::string const& path) {
            EXPECT_TRUE(path == ".metadata" || schema.find("description") != nullptr) << path;
            if (Value const* const items = schema.find("items")) visit(*items, path + "[]");
            if (Value const* const properties = schema.find("properties")) {
                for (Member const& member : properties->members)
                    visit(member.value, path + "." + member.name);
            }
        };
    visit(crd_schema(crd), "");
}

}  // namespace
}  // namespace holdfast::controller
