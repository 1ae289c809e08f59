#include "provider/registry.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "http/url.hpp"
#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

namespace {

bool is_word_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

bool is_called(const Provider& row, std::string_view name) {
  return !name.empty() && (row.name == name || is_word_of(name, row.aliases));
}

/// A row with everything that it points at.
class OwnedRow {
 public:
  explicit OwnedRow(const Provider& row) : row_(row) {
    for (std::string_view Provider::* text :
         {&Provider::name, &Provider::aliases, &Provider::protocol, &Provider::base_url, &Provider::base_url_variables,
          &Provider::base_url_suffix, &Provider::idempotency_header, &Provider::key_variables, &Provider::key_header,
          &Provider::host_marks, &Provider::source, &Provider::read})
      row_.*text = kept(row_.*text);
    for (std::string_view WireSettings::* text :
         {&WireSettings::max_tokens_key, &WireSettings::seed_key, &WireSettings::system_role, &WireSettings::any_tool,
          &WireSettings::path, &WireSettings::api_version})
      row_.settings.*text = kept(row_.settings.*text);
    for (const ProviderParameter& p : row.parameters)
      parameters_.push_back({kept(p.name), kept(p.variables), kept(p.value), p.required});
    for (const ProviderHeader& h : row.headers) headers_.push_back({kept(h.name), kept(h.value)});
    modes_.assign(row.modes.begin(), row.modes.end());
    row_.parameters = parameters_;
    row_.headers = headers_;
    row_.modes = modes_;
  }
  OwnedRow(const OwnedRow&) = delete;
  OwnedRow& operator=(const OwnedRow&) = delete;

  const Provider& row() const { return row_; }

 private:
  std::string_view kept(std::string_view text) { return texts_.emplace_back(text); }

  Provider row_;
  std::deque<std::string> texts_;
  std::vector<ProviderParameter> parameters_;
  std::vector<ProviderHeader> headers_;
  std::vector<Mode> modes_;
};

/// Rows of the program's own. None is ever freed: clients keep pointing at those that were replaced.
struct Registered {
  std::mutex mutex;
  std::deque<std::unique_ptr<const OwnedRow>> all;
  std::vector<const Provider*> current;
};

Registered& registered() {
  static Registered rows;
  return rows;
}

}  // namespace

const Provider* find_provider(std::string_view name) {
  for (const Provider& row : own_providers())
    if (is_called(row, name)) return &row;
  Registered& rows = registered();
  const std::lock_guard lock(rows.mutex);
  for (const Provider* row : rows.current)
    if (is_called(*row, name)) return row;
  return nullptr;
}

std::vector<const Provider*> all_providers() {
  std::vector<const Provider*> all;
  for (const Provider& row : own_providers()) all.push_back(&row);
  Registered& rows = registered();
  const std::lock_guard lock(rows.mutex);
  all.insert(all.end(), rows.current.begin(), rows.current.end());
  return all;
}

void register_provider(const Provider& row) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::invalid_configuration, "register_provider(\"" + std::string(row.name) + "\"): " + why);
  };
  if (row.name.empty() || row.name.find_first_of("/ ") != std::string_view::npos)
    refuse("a name has neither a slash nor a space in it, and is not empty");
  if (find_protocol(row.protocol) == nullptr) refuse("there is no protocol \"" + std::string(row.protocol) + "\"");
  if (row.modes.empty()) refuse("it offers no modes");
  if (row.modes.size() > 8) refuse("it offers a mode twice");
  for (const Provider& own : own_providers())
    if (is_called(own, row.name)) refuse("the library has a provider of this name");
  auto owned = std::make_unique<const OwnedRow>(row);
  Registered& rows = registered();
  const std::lock_guard lock(rows.mutex);
  std::erase_if(rows.current, [&](const Provider* old) { return old->name == row.name; });
  rows.current.push_back(&owned->row());
  rows.all.push_back(std::move(owned));
}

const Provider* detect_provider(std::string_view base_url) {
  std::string host = host_of(base_url);
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::string_view bare = std::string_view(host).substr(0, host.find(':'));
  const auto is_of = [&](const Provider& row) {
    std::string_view marks = row.host_marks;
    while (!marks.empty()) {
      const std::size_t end = std::min(marks.find(' '), marks.size());
      const std::string_view mark = marks.substr(0, end);
      marks.remove_prefix(std::min(end + 1, marks.size()));
      if (mark.find(':') != std::string_view::npos
              ? host == mark
              : bare == mark || bare.ends_with("." + std::string(mark)) || bare.ends_with("-" + std::string(mark)))
        return true;
    }
    return false;
  };
  for (const Provider* row : all_providers())
    if (is_of(*row)) return row;
  return nullptr;
}

}  // namespace instructor
