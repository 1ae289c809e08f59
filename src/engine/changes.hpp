#pragma once

// Changes of a value that is arriving, told as often as is wanted.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/stream.hpp"
#include "model/live.hpp"

namespace instructor::engine {

class Changes final : public core::Watcher {
 public:
  /// `prefix` is taken from the front of all paths. `clock` must outlive it.
  Changes(std::unique_ptr<ChangeListener> listener, Coalesce coalesce, std::string prefix, const Clock& clock);

  void begun(std::string path, bool object) override;
  void appended(std::string path, std::string_view text) override;
  void set(std::string path, const core::Slot& value, bool container) override;
  void restarted();
  /// Tells what was held back.
  void flush();
  /// Tells it if it is time.
  void flush_if_due();

 private:
  struct Held {
    std::string path;
    FieldChange::Kind kind;
    std::string text;
    std::string json;
  };

  bool cut_prefix(std::string& path) const;
  void tell(std::string path, FieldChange::Kind kind, std::string_view text, std::string_view json);

  std::unique_ptr<ChangeListener> listener_;
  Coalesce coalesce_;
  std::string prefix_;
  const Clock& clock_;
  Duration last_;
  std::vector<Held> held_;
};

}  // namespace instructor::engine
