#include "engine/changes.hpp"

#include <utility>

#include "model/encode.hpp"

namespace instructor {

std::string_view to_string(FieldChange::Kind kind) noexcept {
  switch (kind) {
    case FieldChange::Kind::begun: return "begun";
    case FieldChange::Kind::appended: return "appended";
    case FieldChange::Kind::set: return "set";
    case FieldChange::Kind::completed: return "completed";
    case FieldChange::Kind::restarted: return "restarted";
  }
  return "unknown";
}

namespace engine {

Changes::Changes(std::unique_ptr<ChangeListener> listener, Coalesce coalesce, std::string prefix, const Clock& clock)
    : listener_(std::move(listener)),
      coalesce_(coalesce),
      prefix_(std::move(prefix)),
      clock_(clock),
      last_(clock.now()) {}

/// False: the change is about something around what was asked for.
bool Changes::cut_prefix(std::string& path) const {
  if (prefix_.empty()) return true;
  if (!path.starts_with(prefix_)) return false;
  path.erase(0, prefix_.size());
  return true;
}

void Changes::begun(std::string path, bool object) {
  if (coalesce_.kind() != Coalesce::Kind::field && cut_prefix(path))
    tell(std::move(path), FieldChange::Kind::begun, {}, object ? "{}" : "[]");
}

void Changes::appended(std::string path, std::string_view text) {
  if (coalesce_.kind() != Coalesce::Kind::field && cut_prefix(path))
    tell(std::move(path), FieldChange::Kind::appended, text, {});
}

void Changes::set(std::string path, const core::Slot& value, bool container) {
  if (!cut_prefix(path)) return;
  std::string json;
  if (value.target == nullptr)
    json = "null";
  else
    core::encode(*value.plan, value.target, json);
  tell(std::move(path), container ? FieldChange::Kind::completed : FieldChange::Kind::set, {}, json);
}

void Changes::restarted() {
  held_.clear();  // void with all the rest
  tell({}, FieldChange::Kind::restarted, {}, {});
}

void Changes::tell(std::string path, FieldChange::Kind kind, std::string_view text, std::string_view json) {
  if (coalesce_.kind() != Coalesce::Kind::time) return listener_->changed(path, {kind, text, json});
  // The only change that another takes the place of: more text for the same string.
  if (kind == FieldChange::Kind::appended && !held_.empty() && held_.back().kind == kind && held_.back().path == path)
    held_.back().text += text;
  else
    held_.push_back({std::move(path), kind, std::string(text), std::string(json)});
  flush_if_due();
}

void Changes::flush_if_due() {
  if (!held_.empty() && clock_.now() - last_ >= coalesce_.time()) flush();
}

void Changes::flush() {
  last_ = clock_.now();
  const std::vector<Held> held = std::exchange(held_, {});
  for (const Held& change : held) listener_->changed(change.path, {change.kind, change.text, change.json});
}

}  // namespace engine
}  // namespace instructor
