#include "model/fits.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "json/text.hpp"

namespace instructor::core {

namespace {

class Examination {
 public:
  explicit Examination(const Dialect& dialect) : dialect_(dialect) {}

  void value(const Plan& plan) {
    if (!reason_.empty()) return;
    switch (plan.kind) {
      case Kind::map:
        if (!dialect_.free_keys) return object("an object with free keys (a map)");
        return inner(*plan.element, "*");
      case Kind::tuple:
        if (!dialect_.tuples && !homogeneous(plan)) return object("a list whose items differ in type (a tuple)");
        for (std::size_t i = 0; i < plan.elements.size(); ++i) inner(*plan.elements[i], std::to_string(i));
        return;
      case Kind::any:
        if (!dialect_.untyped && plan.info->allowed.empty()) object("a value of any type");
        return;
      case Kind::optional: return value(*plan.element);
      case Kind::variant:
        for (const Alternative& alternative : plan.choices->alternatives)
          if (!alternative.plan->info->rest) value(*alternative.plan);
        return;
      case Kind::list:
      case Kind::set: return inner(*plan.element, "*");
      case Kind::object: return fields(plan);
      default: return;
    }
  }

  std::string reason() const { return reason_; }

 private:
  static bool homogeneous(const Plan& plan) {
    return std::ranges::all_of(plan.elements, [&](const Plan* element) { return element == plan.elements.front(); });
  }

  void object(const std::string& what) {
    if (reason_.empty()) reason_ = (path_.empty() ? "the answer" : path_) + " is " + what;
  }

  void inner(const Plan& plan, std::string_view segment) {
    const std::size_t size = path_.size();
    json::append_pointer(path_, segment);
    value(plan);
    path_.resize(size);
  }

  void fields(const Plan& plan) {
    // Depth counts the objects on the way; a type that holds itself is unlimited by nature and judged once. A type
    // met before is looked at again only further down, so that the walk stays small.
    if (std::ranges::find(open_, &plan) != open_.end()) return;
    const std::size_t depth = open_.size() + 1;
    const auto seen = std::ranges::find(seen_, &plan, &std::pair<const Plan*, std::size_t>::first);
    if (seen == seen_.end()) {
      seen_.emplace_back(&plan, depth);
      properties_ += plan.fields.size();
    } else {
      if (depth <= seen->second) return;
      seen->second = depth;
    }
    open_.push_back(&plan);
    if (dialect_.max_depth != 0 && depth > dialect_.max_depth)
      object("nested deeper than " + std::to_string(dialect_.max_depth) + " levels");
    if (dialect_.max_properties != 0 && properties_ > dialect_.max_properties)
      object("the place where the properties become more than " + std::to_string(dialect_.max_properties));
    if (plan.element != nullptr && !dialect_.free_keys) object("an object with free keys");
    for (const FieldPlan& field : plan.fields) inner(*field.plan, field.key);
    open_.pop_back();
  }

  const Dialect& dialect_;
  std::string path_;
  std::string reason_;
  std::vector<const Plan*> open_;
  std::vector<std::pair<const Plan*, std::size_t>> seen_;  // and how far down
  std::size_t properties_ = 0;
};

}  // namespace

std::string why_not(const Plan& plan, const Dialect& dialect) {
  Examination examination(dialect);
  examination.value(plan);
  return examination.reason();
}

}  // namespace instructor::core
