#pragma once

// Answers of several types at once: one tool for each type. The calls of a reply are read as one document,
//
//   {"calls": [{"Weather": {...}}, {"Search": {...}}]}
//
// so that the one decoder reads them, whole or as they come.

#include <cstddef>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/types.hpp"

namespace instructor::engine {

/// The types of the calls that `document`, a detail::ParallelCalls, is made for.
std::vector<const TypeInfo*> parallel_types(const TypeInfo& document);

/// Is it one of the answer's tools? They are the first of the call's.
bool is_answer_call(const ToolCall& call, const std::vector<const TypeInfo*>& types);

/// Writes the document, as the calls arrive.
class CallsDocument {
 public:
  explicit CallsDocument(std::vector<const TypeInfo*> types) : types_(std::move(types)) {}

  /// What of the document there is more than at the last call. Calls that come side by side are written one after the
  /// other. `over`: nothing more comes, and the document ends.
  std::string grown_by(const std::vector<ToolCall>& calls, bool over);

 private:
  void take(std::string_view arguments);

  std::vector<const TypeInfo*> types_;
  bool begun_ = false;
  bool any_ = false;
  bool in_call_ = false;
  std::size_t call_ = 0;   // that is being written
  std::size_t taken_ = 0;  // bytes of its arguments
  // Where its arguments are: what follows their end belongs to nothing.
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool ended_ = false;
  bool broken_ = false;
  std::string out_;
};

}  // namespace instructor::engine
