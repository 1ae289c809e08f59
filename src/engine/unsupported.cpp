#include "engine/unsupported.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace instructor::engine {

namespace {

/// What it may be about. As providers name the parts of a request; lower case.
constexpr std::array subjects{"tool",
                              "function",
                              "response_format",
                              "response format",
                              "json_schema",
                              "json schema",
                              "json mode",
                              "json_object",
                              "structured",
                              "output_format",
                              "output_config",
                              "outputconfig",
                              "response_schema",
                              "responseschema",
                              "responsejsonschema",
                              "response_mime_type",
                              "responsemimetype",
                              "toolconfig",
                              "strict",
                              "format"};

/// How they say that they do not know it.
constexpr std::array verdicts{
    "not support",        "unsupported",    "n't support",     "not available",
    "not enabled",        "not allowed",    "not permitted",   "unknown parameter",
    "unrecognized",       "unexpected",     "not implemented", "extra inputs are not permitted",
    "no endpoints found", "only supported", "unknown name",    "not a valid parameter",
    "cannot be used with"};

bool has_any(const std::string& text, const auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

}  // namespace

bool says_unsupported(const ErrorDetail& detail) {
  constexpr std::array statuses{400, 404, 405, 422, 500, 501};
  if (std::ranges::find(statuses, detail.http_status) == statuses.end()) return false;
  std::string text = detail.message + ' ' + detail.provider_code + ' ' + detail.body;
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return has_any(text, subjects) && has_any(text, verdicts);
}

}  // namespace instructor::engine
