#pragma once

// The rules of a value that is in place: limits, the list of allowed values, the user's checks, the model's own
// `validate`.

#include <string>

#include "instructor/context.hpp"
#include "instructor/issue.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// Where a value goes, or is.
struct Slot {
  const Plan* plan = nullptr;        ///< null: the value is skipped
  void* target = nullptr;            ///< of `plan`'s type; null: an optional without a value
  const FieldPlan* field = nullptr;  ///< the member it is the value of, if it is one
  void* member = nullptr;            ///< of the member's type: an optional around `target`, perhaps
};

/// Somewhere to report issues to, that knows where it is: the path is only made when there is one.
class Reporter {
 public:
  /// `context`: what the call knows; null: nothing. It must outlive the reporter.
  explicit Reporter(const Context* context);
  virtual ~Reporter() = default;
  virtual std::string path() const = 0;

  void add(IssueCode code, std::string path, std::string expected, std::string received = {}, std::string measured = {},
           std::string hint = {});

  Issues& issues() { return issues_; }
  const Issues& issues() const { return issues_; }
  /// What was reported of values that are valid.
  Issues& warnings() { return warnings_; }
  const Issues& warnings() const { return warnings_; }
  const Context& context() const { return context_; }

 protected:
  Issues issues_;

 private:
  Issues warnings_;
  const Context& context_;
};

/// A field's transform, then the rules of the value and of its field, then the field's checks, then its soft ones; each
/// only when nothing was wrong before. Throws Error (`missing_context`) when one of them asks the call for what it does
/// not know.
void apply_rules(const Slot& slot, Reporter& reporter);

/// The model's own `validate`. Throws as apply_rules.
void validate_object(const Slot& object, Reporter& reporter);

/// What received text is cut to in an issue, in bytes.
inline constexpr std::size_t max_received = 120;

/// `text` as a JSON string, cut to size.
std::string json_string(std::string_view text);

/// `at least 3 characters`.
std::string counted(std::string_view before, std::size_t count, std::string_view what);

}  // namespace instructor::core
