#include "controller/source/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"
#include "controller/source/scalar.hpp"

namespace holdfast::controller {

namespace {

/// Ends the reading at a bound.
struct Exceeded {
    Fault fault;
};

Position position(YAML::Mark const& mark) { return {mark.line + 1, mark.column + 1}; }

/// Builds one document's tree from the parser's events. Events rather than yaml-cpp's own nodes:
/// they tell quoted scalars from plain ones, have the position of keys, and do not hide a key
/// that comes twice.
class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(std::size_t& values) : values_(values) {}

    [[nodiscard]] Document take() && { return std::move(document_); }
    /// Where the document's first token stands.
    [[nodiscard]] YAML::Mark start() const noexcept { return start_; }

    void OnDocumentStart(YAML::Mark const& mark) override { start_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override;
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override;
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& text) override;
    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override;
    void OnMapEnd() override { close(); }

private:
    /// A list or map whose end has not come yet.
    struct Open {
        Value value;
        YAML::anchor_t anchor = 0;
        std::set<std::string, std::less<>> keys{};  ///< Of a map: the names so far.
        std::optional<Member> key{};                ///< Of a map: the key whose value comes next.
        bool key_refused = false;                   ///< Its value is read and dropped.
    };
    /// What an anchor stands for, with what copying it costs.
    struct Anchored {
        Value value;
        std::size_t values = 1;
        std::size_t depth = 0;
    };

    void open(Value::Kind kind, YAML::Mark const& mark, YAML::anchor_t anchor);
    void close();
    void add(Value value, YAML::anchor_t anchor);
    void add_key(Value const& key);
    void charge(std::size_t values, std::size_t depth, Position at);
    void check_collection_tag(std::string const& tag, YAML::Mark const& mark);
    void fault(Position at, std::string field, std::string message);
    [[nodiscard]] std::string path() const;

    std::size_t& values_;
    YAML::Mark start_ = YAML::Mark::null_mark();
    Document document_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
};

std::size_t count_values(Value const& value);
std::size_t depth_of(Value const& value);
std::optional<Fault> not_text(std::string_view bytes);
Fault syntax_fault(YAML::Exception const& error);
Fault stray_fault(YAML::Mark const& mark);

}  // namespace

std::vector<Document> read_yaml(std::string_view bytes) {
    std::vector<Document> documents;
    auto const stop = [&documents](Fault fault) {
        documents.push_back({.root = {}, .faults = {std::move(fault)}});
    };
    if (std::optional<Fault> fault = not_text(bytes)) {
        stop(std::move(*fault));
        return documents;
    }
    std::size_t values = 0;
    int last_start = -1;
    try {
        std::istringstream stream{std::string(bytes)};
        YAML::Parser parser(stream);
        for (;;) {
            TreeBuilder builder(values);
            if (!parser.HandleNextDocument(builder)) break;
            // yaml-cpp takes a stray `,` or `]` for an empty document and stays in front of it.
            if (builder.start().pos == last_start) {
                stop(stray_fault(builder.start()));
                break;
            }
            last_start = builder.start().pos;
            Document document = std::move(builder).take();
            bool const empty = document.root.kind == Value::Kind::null && document.faults.empty();
            if (!empty) documents.push_back(std::move(document));
        }
    } catch (YAML::Exception const& error) {
        stop(syntax_fault(error));
    } catch (Exceeded& exceeded) {
        stop(std::move(exceeded.fault));
    }
    return documents;
}

namespace {

void TreeBuilder::OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) {
    add(plain_scalar({}, position(mark)), anchor);
}

void TreeBuilder::OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                           std::string const& text) {
    // yaml-cpp's names: `?` is a plain scalar, `!` a quoted one or a block.
    bool const plain = tag == "?" || tag.empty();
    if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str") {
        fault(position(mark), path(), "tags are not read: write the value itself");
    }
    Position const at = position(mark);
    add(plain ? plain_scalar(text, at) : string_scalar(text, at), anchor);
}

void TreeBuilder::OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) {
    auto const found = anchors_.find(anchor);
    if (found == anchors_.end()) {
        fault(position(mark), path(), "an alias must not stand inside what it stands for");
        add(plain_scalar({}, position(mark)), 0);
        return;
    }
    charge(found->second.values, found->second.depth, position(mark));
    add(found->second.value, 0);
}

void TreeBuilder::OnSequenceStart(YAML::Mark const& mark, std::string const& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
    check_collection_tag(tag, mark);
    open(Value::Kind::list, mark, anchor);
}

void TreeBuilder::OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
    check_collection_tag(tag, mark);
    open(Value::Kind::map, mark, anchor);
}

void TreeBuilder::open(Value::Kind kind, YAML::Mark const& mark, YAML::anchor_t anchor) {
    charge(0, 1, position(mark));
    open_.push_back({.value = Value(kind, position(mark)), .anchor = anchor});
}

void TreeBuilder::close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.value), done.anchor);
}

void TreeBuilder::add(Value value, YAML::anchor_t anchor) {
    charge(1, 0, value.at);
    if (anchor != 0) {
        std::size_t const count = count_values(value);
        charge(count, 0, value.at);
        anchors_[anchor] = {value, count, depth_of(value)};
    }
    if (open_.empty()) {
        document_.root = std::move(value);
        return;
    }
    Open& parent = open_.back();
    if (parent.value.kind == Value::Kind::list) {
        parent.value.items.push_back(std::move(value));
    } else if (!parent.key) {
        add_key(value);
    } else {
        parent.key->value = std::move(value);
        if (!parent.key_refused) parent.value.members.push_back(std::move(*parent.key));
        parent.key.reset();
    }
}

void TreeBuilder::add_key(Value const& key) {
    Open& parent = open_.back();
    bool const scalar = key.kind != Value::Kind::list && key.kind != Value::Kind::map &&
                        key.kind != Value::Kind::null;
    parent.key = Member{.name = key.text, .at = key.at, .value = {}};
    parent.key_refused = true;
    if (!scalar) {
        parent.key->name.clear();
        fault(key.at, path(), "a key must be text");
    } else if (key.text == "<<") {
        fault(key.at, path(), "merge keys are not read: write the fields out");
    } else if (!parent.keys.insert(key.text).second) {
        fault(key.at, path(), "the key comes twice");
    } else {
        parent.key_refused = false;
    }
}

/// Counts `values` more nodes, and refuses to stand `depth` levels deeper than the bound.
void TreeBuilder::charge(std::size_t values, std::size_t depth, Position at) {
    values_ += values;
    if (values_ > limits::manifest_values_max) {
        throw Exceeded{{at,
                        {},
                        "the file holds more than " + std::to_string(limits::manifest_values_max) +
                            " values"}};
    }
    if (open_.size() + depth > static_cast<std::size_t>(limits::manifest_depth_max)) {
        throw Exceeded{
            {at,
             {},
             "nested deeper than " + std::to_string(limits::manifest_depth_max) + " levels"}};
    }
}

void TreeBuilder::check_collection_tag(std::string const& tag, YAML::Mark const& mark) {
    if (tag.empty() || tag == "?" || tag == "tag:yaml.org,2002:map" ||
        tag == "tag:yaml.org,2002:seq") {
        return;
    }
    fault(position(mark), path(), "tags are not read: write the value itself");
}

void TreeBuilder::fault(Position at, std::string field, std::string message) {
    if (document_.faults.size() >= limits::manifest_problems_max) return;
    document_.faults.push_back({at, std::move(field), std::move(message)});
}

std::string TreeBuilder::path() const {
    std::string path;
    for (Open const& level : open_) {
        if (level.value.kind == Value::Kind::list) {
            path = field_path(path, level.value.items.size());
        } else if (level.key && !level.key->name.empty()) {
            path = field_path(path, level.key->name);
        }
    }
    return path;
}

std::size_t count_values(Value const& value) {
    std::size_t count = 1;
    for (Value const& item : value.items)
        count += count_values(item);
    for (Member const& member : value.members)
        count += count_values(member.value);
    return count;
}

std::size_t depth_of(Value const& value) {
    std::size_t deepest = 0;
    for (Value const& item : value.items)
        deepest = std::max(deepest, 1 + depth_of(item));
    for (Member const& member : value.members) {
        deepest = std::max(deepest, 1 + depth_of(member.value));
    }
    return deepest;
}

Position position_of(std::string_view bytes, std::size_t offset) {
    std::string_view const before = bytes.substr(0, offset);
    std::size_t const line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
    return {static_cast<int>(1 + std::ranges::count(before, '\n')),
            static_cast<int>(1 + offset - line_start)};
}

/// yaml-cpp takes byte 0x04 for the end of the input and replaces what is not UTF-8: either would
/// make it read something else than what the file says.
std::optional<Fault> not_text(std::string_view bytes) {
    if (bytes.size() > limits::manifest_bytes_max) {
        return Fault{
            {},
            {},
            "the file is larger than " + std::to_string(limits::manifest_bytes_max) + " bytes"};
    }
    auto const control = std::ranges::find_if(bytes, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
    });
    if (control != bytes.end()) {
        auto const offset = static_cast<std::size_t>(control - bytes.begin());
        return Fault{position_of(bytes, offset), {}, "holds a control character; YAML is text"};
    }
    if (!is_utf8(bytes)) return Fault{{1, 1}, {}, "is not UTF-8 text"};
    return std::nullopt;
}

Fault syntax_fault(YAML::Exception const& error) {
    // What follows a colon repeats text of the file, which may be a Secret's.
    std::string const& text = error.msg;
    std::string message = "not YAML: " + text.substr(0, text.find(':'));
    return {error.mark.is_null() ? Position{} : position(error.mark), {}, std::move(message)};
}

Fault stray_fault(YAML::Mark const& mark) {
    return {position(mark), {}, "not YAML: a character that nothing here can begin with"};
}

}  // namespace

}  // namespace holdfast::controller
