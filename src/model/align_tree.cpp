#include "model/align_tree.hpp"

#include <algorithm>
#include <new>
#include <unordered_map>
#include <vector>

#include "json/escape.hpp"
#include "json/no_events.hpp"
#include "json/push_parser.hpp"
#include "json/text.hpp"

namespace instructor::core {

namespace {

/// Tells whether a text is JSON, and counts its values.
class ValueCounter : public json::NoEvents {
 public:
  explicit ValueCounter(std::size_t most) : most_(most) {}

  void begin_object() { ++count_; }
  void begin_array() { ++count_; }
  void string(std::string_view) { ++count_; }
  std::string* begin_string() {
    ++count_;
    return nullptr;
  }
  void integer(const Number&, std::string_view) { ++count_; }
  void floating(double, std::string_view) { ++count_; }
  void unfit(std::string_view, json::NumberForm) { ++count_; }
  void boolean(bool) { ++count_; }
  void null() { ++count_; }
  bool stopped() const { return count_ > most_; }

  std::size_t count() const { return count_; }

 private:
  const std::size_t most_;
  std::size_t count_ = 0;
};

}  // namespace

/// Reads a text that is known to be JSON.
class TreeBuilder {
 public:
  TreeBuilder(Tree& tree, std::string_view text) : tree_(tree), text_(text) {}

  const TreeNode* run() {
    while (true) {
      skip_space();
      const char c = text_[at_];
      if (c == '{' || c == '[') {
        open_.push_back({at_++, members_.size(), c == '{', {}});
        if (begins_member()) continue;
        end_container();
      } else {
        add(scalar());
      }
      while (!open_.empty() && ends_here()) end_container();
      if (open_.empty()) return members_.back().value;
    }
  }

 private:
  struct Open {
    std::size_t begin;
    std::size_t first_member;
    bool object;
    std::string_view key;  // of the member that comes
  };

  void skip_space() {
    while (json::is_space(text_[at_])) ++at_;
  }

  /// After the opening bracket or a comma: the key, if there is one. False: the container is empty.
  bool begins_member() {
    skip_space();
    Open& open = open_.back();
    if (text_[at_] == (open.object ? '}' : ']')) return false;
    if (!open.object) return true;
    open.key = string();
    skip_space();
    ++at_;  // the colon
    return true;
  }

  /// After a value: does its container end? Else the next member begins.
  bool ends_here() {
    skip_space();
    if (text_[at_] != ',') return true;
    ++at_;
    begins_member();
    return false;
  }

  void end_container() {
    const Open open = open_.back();
    ++at_;
    TreeNode node;
    node.shape = open.object ? Shape::object : Shape::array;
    node.raw = text_.substr(open.begin, at_ - open.begin);
    if (open.object) node.corrections = drop_repeated(open.first_member);
    const auto members = std::span<const TreeMember>(members_).subspan(open.first_member);
    node.is_corrected = node.corrections != nullptr || std::ranges::any_of(members, [](const TreeMember& member) {
                          return member.value->is_corrected;
                        });
    if (node.is_corrected) node.raw = {};
    node.members = tree_.keep(members);
    members_.resize(open.first_member);
    open_.pop_back();
    add(node);
  }

  /// A key that comes again with the same value says nothing new. With another value it stays: nobody knows which one
  /// is meant.
  const Correction* drop_repeated(std::size_t first) {
    const std::size_t count = members_.size() - first;
    if (count < 2) return nullptr;
    std::unordered_map<std::string_view, std::string_view> values;
    const Correction* dropped = nullptr;
    const auto is_repeated = [&](const TreeMember& member) {
      const auto [earlier, is_first] = values.try_emplace(member.key, member.value->raw);
      if (is_first || member.value->raw.empty() || earlier->second != member.value->raw) return false;
      dropped = tree_.keep(Correction{RepairKind::duplicate_key,
                                      "the same value again",
                                      {},
                                      member.key,
                                      cost_of(RepairKind::duplicate_key),
                                      dropped});
      return true;
    };
    const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
    members_.erase(std::remove_if(begin, members_.end(), is_repeated), members_.end());
    return dropped;
  }

  void add(const TreeNode& node) {
    members_.push_back({open_.empty() ? std::string_view() : open_.back().key, tree_.keep(node), nullptr});
  }

  TreeNode scalar() {
    TreeNode node;
    const std::size_t begin = at_;
    switch (text_[at_]) {
      case '"':
        node.shape = Shape::string;
        node.text = string();
        break;
      case 't':
      case 'f':
        node.shape = Shape::boolean;
        at_ += text_[at_] == 't' ? 4 : 5;
        break;
      case 'n': at_ += 4; break;
      default:
        while (at_ < text_.size() && json::is_number_char(text_[at_])) ++at_;
        node.shape = json::classify_number(text_.substr(begin, at_ - begin)) == json::NumberForm::integer
                         ? Shape::integer
                         : Shape::floating;
    }
    node.raw = text_.substr(begin, at_ - begin);
    return node;
  }

  std::string_view string() {
    const std::size_t begin = ++at_;
    bool escaped = false;
    for (; text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      escaped = true;
      ++at_;
    }
    const std::string_view inner = text_.substr(begin, at_++ - begin);
    return escaped ? unescaped(inner) : inner;
  }

  std::string_view unescaped(std::string_view inner) {
    json::Buffer out;
    json::EscapeReader escape;
    for (std::size_t i = 0; i < inner.size();) {
      if (inner[i] != '\\') {
        const char* const from = inner.data() + i;
        i = std::min(inner.find('\\', i), inner.size());
        out.append(from, inner.data() + i);
        continue;
      }
      escape.clear();
      auto status = json::EscapeReader::Status::incomplete;
      while (status == json::EscapeReader::Status::incomplete) status = escape.take(inner[i++]);
      json::append_code_point(out, escape.code_point());
    }
    return tree_.keep(out.view());
  }

  Tree& tree_;
  const std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<TreeMember> members_;
};

const TreeNode* Tree::parse(std::string_view text) {
  ValueCounter counter(options_.max_values - std::min(options_.max_values, size_));
  json::PushParser<ValueCounter> parser(counter, json::Limits{options_.max_depth, options_.max_bytes});
  if (!parser.feed(text) || !parser.finish() || counter.stopped()) return nullptr;
  size_ += counter.count();
  return TreeBuilder(*this, text).run();
}

std::string_view Tree::keep(std::string_view text) {
  char* const copy = allocate<char>(text.size());
  std::ranges::copy(text, copy);
  return {copy, text.size()};
}

std::span<const TreeMember> Tree::keep(std::span<const TreeMember> members) {
  TreeMember* const copy = allocate<TreeMember>(members.size());
  std::uninitialized_copy(members.begin(), members.end(), copy);
  return {copy, members.size()};
}

const Correction* Tree::keep(const Correction& correction) {
  return new (allocate<Correction>(1)) Correction(correction);
}
const TreeNode* Tree::keep(const TreeNode& node) { return new (allocate<TreeNode>(1)) TreeNode(node); }

const TreeNode* Tree::scalar(Shape shape, std::string_view json) {
  TreeNode node;
  node.shape = shape;
  node.raw = keep(json);
  return keep(node);
}

const TreeNode* Tree::string(std::string_view text) {
  TreeNode node;
  node.shape = Shape::string;
  node.text = keep(text);
  std::string json;
  json::append_string(json, text);
  node.raw = keep(json);
  return keep(node);
}

void write(const TreeNode& node, std::string& out) {
  if (!node.raw.empty()) {
    out += node.raw;
    return;
  }
  const bool object = node.shape == Shape::object;
  out += object ? '{' : '[';
  for (const TreeMember& member : node.members) {
    if (&member != node.members.data()) out += ',';
    if (object) {
      json::append_string(out, member.key);
      out += ':';
    }
    write(*member.value, out);
  }
  out += object ? '}' : ']';
}

namespace {

class CorrectionList {
 public:
  explicit CorrectionList(Repairs& repairs) : repairs_(repairs) {}

  void list(const TreeNode& node) {
    if (!node.is_corrected) return;
    add(node.corrections);
    std::size_t index = 0;
    for (const TreeMember& member : node.members) {
      const std::size_t size = path_.size();
      if (node.shape == Shape::object)
        json::append_pointer(path_, member.key);
      else
        json::append_pointer(path_, index);
      ++index;
      add(member.corrections);
      list(*member.value);
      path_.resize(size);
    }
  }

 private:
  void add(const Correction* correction) {
    std::vector<const Correction*> all;
    for (; correction != nullptr; correction = correction->before) all.push_back(correction);
    std::ranges::reverse(all);
    for (const Correction* const one : all) {
      Repair repair{one->kind, path_, std::string(one->from), std::string(one->to), one->cost};
      if (!one->below.empty()) json::append_pointer(repair.path, one->below);
      repairs_.add(std::move(repair));
    }
  }

  Repairs& repairs_;
  std::string path_;
};

}  // namespace

void list_corrections(const TreeNode& node, Repairs& repairs) { CorrectionList(repairs).list(node); }

}  // namespace instructor::core
