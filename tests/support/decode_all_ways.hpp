#pragma once

// Decodes a text in one chunk, in every cut in two, and byte by byte, and expects the same of all.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "instructor/codec.hpp"

namespace instructor::support {

template <class T>
std::expected<T, Issues> decode_chunks(const std::vector<std::string_view>& chunks, const DecodeOptions& options) {
  Decoder<T> decoder(options);
  for (const std::string_view chunk : chunks) decoder.feed(chunk);
  return decoder.finish();
}

template <class T>
std::expected<T, Issues> decode_all_ways(std::string_view text, const DecodeOptions& options = {}) {
  std::expected<T, Issues> whole = decode<T>(text, options);
  const auto same = [&](const std::expected<T, Issues>& other, const std::string& how) {
    ASSERT_EQ(whole.has_value(), other.has_value())
        << text << how << "\n"
        << (other ? "" : other.error().text()) << (whole ? "" : whole.error().text());
    if (whole)
      EXPECT_EQ(encode(*whole), encode(*other)) << text << how;
    else
      EXPECT_EQ(whole.error().text(), other.error().text()) << text << how;
  };
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    same(decode_chunks<T>({text.substr(0, cut), text.substr(cut)}, options), " cut at " + std::to_string(cut));
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  same(decode_chunks<T>(bytes, options), " byte by byte");
  return whole;
}

/// The issues of a text that is not valid: `path code` of each, one a line.
template <class T>
std::string issues_of(std::string_view text, const DecodeOptions& options = {}) {
  const std::expected<T, Issues> value = decode_all_ways<T>(text, options);
  if (value) return "valid";
  std::string out;
  for (const Issue& issue : value.error())
    out += (issue.path.empty() ? "(root)" : issue.path) + " " + std::string(to_string(issue.code)) + "\n";
  return out;
}

}  // namespace instructor::support
