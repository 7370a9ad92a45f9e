// Goal: the CRD's CEL rules and their C++ twins stay one set. Method: the messages of the embedded
// schemas against the registry; what each twin judges is in bad_manifests_test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "controller/source/cel_rules.hpp"
#include "controller/source/kinds.hpp"
#include "controller/source/yaml_reader.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

void collect_messages(Value const& value, std::set<std::string>& messages) {
    for (Member const& member : value.members) {
        if (member.name == "x-kubernetes-validations") {
            for (Value const& rule : member.value.items)
                messages.insert(rule.find("message")->text);
        }
        collect_messages(member.value, messages);
    }
    for (Value const& item : value.items)
        collect_messages(item, messages);
}

TEST(CelTwins, AreTheRulesOfTheCrd) {
    std::set<std::string> in_crd;
    for (std::filesystem::path const& file : manifests_under("crds")) {
        collect_messages(read_yaml(read_file(file)).front().root, in_crd);
    }
    std::set<std::string> twins;
    for (CelTwin const& twin : cel_twins())
        twins.emplace(twin.message);
    EXPECT_EQ(in_crd, twins);
}

TEST(CelTwins, HaveMessagesOfTheirOwn) {
    std::set<std::string_view> messages;
    for (CelTwin const& twin : cel_twins())
        EXPECT_TRUE(messages.insert(twin.message).second);
}

TEST(CelTwins, AreFoundByTheirMessageOnly) {
    EXPECT_NE(find_cel_twin("must start with '/'"), nullptr);
    EXPECT_EQ(find_cel_twin("must start with"), nullptr);
}

TEST(Schemas, OfEveryKindCompile) {
    for (Kind const& kind : kinds()) {
        if (kind.build == nullptr) continue;
        EXPECT_EQ(schema_of(kind).type, Schema::Type::map) << kind.name;
    }
    EXPECT_EQ(metadata_schema().type, Schema::Type::map);
}

}  // namespace
}  // namespace holdfast::controller
