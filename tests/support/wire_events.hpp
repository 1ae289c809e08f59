#pragma once

// Streams as they are on the wire, cut into events by hand.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>
#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"

namespace instructor::support {

struct WireEvent {
  std::string name;  ///< empty: the framing knows no names, or there is none
  std::string text;  ///< of the data, or the payload
  Json data;         ///< null where it is no JSON
};

inline WireEvent wire_event(std::string name, std::string_view text) {
  auto data = decode<Json>(text);
  return {std::move(name), std::string(text), data ? std::move(*data) : Json()};
}

/// Server-sent events, with either kind of line ends.
inline std::vector<WireEvent> read_sse(std::string_view body) {
  std::vector<WireEvent> events;
  std::string name;
  std::string data;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    EXPECT_NE(end, std::string_view::npos) << "a line without end: " << body;
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("event: ")) {
      name = line.substr(7);
    } else if (line.starts_with("data: ")) {
      data = line.substr(6);
    } else {
      EXPECT_EQ(line, "");
      events.push_back(wire_event(name, data));
      name.clear();
      data.clear();
    }
  }
  EXPECT_EQ(data, "") << "an event without end";
  return events;
}

inline std::vector<WireEvent> read_lines(std::string_view body) {
  std::vector<WireEvent> events;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    EXPECT_NE(end, std::string_view::npos) << "a line without end: " << body;
    events.push_back(wire_event("", body.substr(0, end)));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  }
  return events;
}

inline std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

inline std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
}

/// application/vnd.amazon.eventstream; both checksums are checked, and what the headers say of the payload.
inline std::vector<WireEvent> read_aws(std::string_view body) {
  std::vector<WireEvent> events;
  while (!body.empty()) {
    const std::size_t total = body.size() < 16 ? 0 : big_endian(body);
    if (total < 16 || total > body.size()) {
      ADD_FAILURE() << "a message that is cut off";
      break;
    }
    const std::string_view message = body.substr(0, total);
    body.remove_prefix(total);
    EXPECT_EQ(big_endian(message.substr(8)), checksum(message.substr(0, 8)));
    EXPECT_EQ(big_endian(message.substr(total - 4)), checksum(message.substr(0, total - 4)));
    std::string_view headers = message.substr(12, big_endian(message.substr(4)));
    const std::string_view payload = message.substr(12 + headers.size(), total - 16 - headers.size());
    std::string name;
    std::string kind;
    while (!headers.empty()) {
      const std::size_t key_size = static_cast<unsigned char>(headers[0]);
      const std::string_view key = headers.substr(1, key_size);
      EXPECT_EQ(headers[1 + key_size], 7) << "not a string";
      const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(headers[2 + key_size])) << 8 |
                               static_cast<unsigned char>(headers[3 + key_size]);
      const std::string_view value = headers.substr(4 + key_size, size);
      headers.remove_prefix(4 + key_size + size);
      if (key == ":event-type") name = value;
      if (key == ":message-type") kind = value;
      if (key == ":content-type") {
        EXPECT_EQ(value, "application/json");
      }
    }
    EXPECT_EQ(kind, "event");
    events.push_back(wire_event(name, payload));
  }
  return events;
}

}  // namespace instructor::support
