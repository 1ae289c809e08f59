#include "http/aws_event_stream.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "instructor/error.hpp"
#include "json/text.hpp"

namespace instructor {

namespace {

using Type = AwsEventHeader::Type;
using Kind = AwsEventMessage::Kind;

constexpr std::size_t prelude_size = 12;
constexpr std::size_t checksum_size = 4;
constexpr std::size_t max_headers = std::size_t{128} << 10;

/// CRC-32 as in zlib (ISO 3309).
constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320u ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) crc = crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

/// Of a number; 0 for other types.
std::size_t width_of(Type type) {
  switch (type) {
    case Type::int8: return 1;
    case Type::int16: return 2;
    case Type::int32: return 4;
    case Type::int64:
    case Type::timestamp: return 8;
    default: return 0;
  }
}

/// `size` bytes as a number with a sign.
std::int64_t signed_number(std::string_view bytes) {
  const auto unused = static_cast<unsigned>(64 - 8 * bytes.size());
  return static_cast<std::int64_t>(big_endian(bytes) << unused) >> unused;
}

/// Takes bytes off the front; nothing when there are not as many.
std::optional<std::string_view> take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) return std::nullopt;
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, json::shortened(text, 80));
  return out;
}

/// False when the rest is cut off or of no known type.
bool take_value(std::string_view& bytes, AwsEventHeader& header) {
  const auto type = take(bytes, 1);
  if (!type || static_cast<unsigned char>(type->front()) > static_cast<unsigned char>(Type::uuid)) return false;
  header.type = static_cast<Type>(type->front());
  if (header.type == Type::true_value || header.type == Type::false_value) return true;
  if (const std::size_t width = width_of(header.type); width != 0) {
    const auto number = take(bytes, width);
    if (number) header.number = signed_number(*number);
    return number.has_value();
  }
  std::size_t size = 16;
  if (header.type != Type::uuid) {
    const auto length = take(bytes, 2);
    if (!length) return false;
    size = big_endian(*length);
  }
  const auto value = take(bytes, size);
  if (value) header.bytes = *value;
  return value.has_value();
}

}  // namespace

void AwsEventSplitter::feed(std::string_view chunk) {
  if (!failed()) rest_ = chunk;
}

bool AwsEventSplitter::next(AwsEventMessage& message) {
  if (in_use_) {
    buffer_.clear();
    total_ = 0;
    ++before_;
    in_use_ = false;
  }
  while (!failed()) {
    const std::size_t want = total_ == 0 ? prelude_size : total_;
    const bool cut = !buffer_.empty() || rest_.size() < want;
    if (cut) buffer_.append(*take(rest_, std::min(want - buffer_.size(), rest_.size())));
    const std::string_view bytes = cut ? std::string_view(buffer_) : rest_.substr(0, want);
    if (bytes.size() < want) return false;
    if (total_ == 0) {
      read_prelude(bytes);
      continue;
    }
    if (!cut) rest_.remove_prefix(want);
    in_use_ = true;
    return read_message(bytes, message);
  }
  return false;
}

void AwsEventSplitter::finish() {
  if (failed() || in_use_ || buffer_.empty()) return;
  const std::string all = total_ == 0 ? "" : " of " + std::to_string(total_);
  fail(AwsStreamFailure::truncated, "the stream ends after " + std::to_string(buffer_.size()) + all + " bytes of it");
}

/// Lengths are believed only when their checksum is right: a broken one could make us wait for gigabytes.
bool AwsEventSplitter::read_prelude(std::string_view bytes) {
  if (crc32(bytes.substr(0, 8)) != big_endian(bytes.substr(8, 4)))
    return fail(AwsStreamFailure::checksum, "the checksum of its lengths is wrong");
  const std::size_t total = big_endian(bytes.substr(0, 4));
  const std::size_t headers = big_endian(bytes.substr(4, 4));
  if (headers > max_headers)
    return fail(AwsStreamFailure::headers_length,
                "its headers have " + std::to_string(headers) + " bytes, more than the 128 KiB that there may be");
  if (total < prelude_size + checksum_size)
    return fail(AwsStreamFailure::length, "it has " + std::to_string(total) + " bytes, and none has less than 16");
  if (total > max_)
    return fail(AwsStreamFailure::too_large, "it has " + std::to_string(total) + " bytes, more than the " +
                                                 std::to_string(max_) + " that are allowed");
  if (headers > total - prelude_size - checksum_size)
    return fail(AwsStreamFailure::headers_length, "its headers have " + std::to_string(headers) +
                                                      " bytes, more than there are in its " + std::to_string(total));
  total_ = total;
  headers_length_ = headers;
  return true;
}

bool AwsEventSplitter::read_message(std::string_view bytes, AwsEventMessage& message) {
  const std::size_t end = bytes.size() - checksum_size;
  if (crc32(bytes.substr(0, end)) != big_endian(bytes.substr(end)))
    return fail(AwsStreamFailure::checksum, "its checksum is wrong");
  const std::size_t payload = prelude_size + headers_length_;
  if (!read_headers(bytes.substr(prelude_size, headers_length_))) return false;
  message = {};
  message.payload = bytes.substr(payload, end - payload);
  message.headers = headers_;
  return describe(message);
}

bool AwsEventSplitter::read_headers(std::string_view bytes) {
  headers_.clear();
  while (!bytes.empty()) {
    AwsEventHeader header;
    const std::string number = std::to_string(headers_.size() + 1);
    const std::size_t name_size = big_endian(*take(bytes, 1));
    const auto name = take(bytes, name_size);
    if (!name || name->empty())
      return fail(AwsStreamFailure::header, "header " + number + (name ? " has no name" : " is cut off"));
    header.name = *name;
    if (!take_value(bytes, header))
      return fail(AwsStreamFailure::header,
                  "header " + number + ", " + quoted(*name) + ", is cut off, or its type is not known");
    headers_.push_back(header);
  }
  // Sorted, because there is room for 40,000 of them.
  std::vector<std::string_view> names;
  for (const AwsEventHeader& header : headers_) names.push_back(header.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    return fail(AwsStreamFailure::duplicate_header, "there are two headers " + quoted(*twice));
  return true;
}

/// What the headers say of the message.
bool AwsEventSplitter::describe(AwsEventMessage& message) {
  const auto text = [&](std::string_view name) {
    const auto found = std::ranges::find(headers_, name, &AwsEventHeader::name);
    return found == headers_.end() || found->type != Type::string ? std::string_view() : found->bytes;
  };
  const std::string_view kind = text(":message-type");
  const bool said = std::ranges::find(headers_, ":message-type", &AwsEventHeader::name) != headers_.end();
  if (!said || kind == "event") {
    message.type = text(":event-type");
  } else if (kind == "exception") {
    message.kind = Kind::exception;
    message.type = text(":exception-type");
  } else if (kind == "error") {
    message.kind = Kind::error;
    message.type = text(":error-code");
    message.error_message = text(":error-message");
  } else {
    return fail(AwsStreamFailure::message_type,
                "its :message-type is " + quoted(kind) + ", none of event, exception, error");
  }
  return true;
}

bool AwsEventSplitter::fail(AwsStreamFailure failure, const std::string& why) {
  failure_ = failure;
  why_ = "message " + std::to_string(before_ + 1) + " of the event stream: " + why;
  rest_ = {};
  buffer_.clear();
  headers_.clear();
  return false;
}

namespace {

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw Error(ErrorCode::invalid_request, "the event-stream header " + quoted(name) + " " + why);
}

void append_header(std::string& out, const AwsEventHeader& header) {
  if (header.name.empty() || header.name.size() > 255) refuse(header.name, "has no name, or one longer than 255 bytes");
  append_big_endian(out, header.name.size(), 1);
  out += header.name;
  out += static_cast<char>(header.type);
  if (const std::size_t width = width_of(header.type); width != 0) {
    const std::size_t before = out.size();
    append_big_endian(out, static_cast<std::uint64_t>(header.number), width);
    if (signed_number(std::string_view(out).substr(before)) != header.number)
      refuse(header.name, "has a number that does not fit its type");
  } else if (header.type == Type::uuid) {
    if (header.bytes.size() != 16) refuse(header.name, "has a UUID that is not 16 bytes");
    out += header.bytes;
  } else if (header.type == Type::bytes || header.type == Type::string) {
    if (header.bytes.size() > 0xFFFF) refuse(header.name, "has more than 65,535 bytes");
    append_big_endian(out, header.bytes.size(), 2);
    out += header.bytes;
  }
}

}  // namespace

std::string aws_event_message(std::span<const AwsEventHeader> headers, std::string_view payload) {
  std::string packed;
  for (const AwsEventHeader& header : headers) append_header(packed, header);
  const std::size_t total = prelude_size + packed.size() + payload.size() + checksum_size;
  if (packed.size() > max_headers || total > 0xFFFFFFFFu)
    throw Error(ErrorCode::invalid_request, "an event-stream message of that size has no form");
  std::string out;
  append_big_endian(out, total, 4);
  append_big_endian(out, packed.size(), 4);
  append_big_endian(out, crc32(out), 4);
  out.append(packed).append(payload);
  append_big_endian(out, crc32(out), 4);
  return out;
}

std::string aws_event_message(Kind kind, std::string_view type, std::string_view payload) {
  const auto text = [](std::string_view name, std::string_view value) {
    return AwsEventHeader{name, Type::string, value, 0};
  };
  if (kind == Kind::error)
    return aws_event_message(
        std::array{text(":message-type", "error"), text(":error-code", type), text(":error-message", payload)}, "");
  const bool event = kind == Kind::event;
  return aws_event_message(
      std::array{text(":message-type", event ? "event" : "exception"),
                 text(event ? ":event-type" : ":exception-type", type), text(":content-type", "application/json")},
      payload);
}

}  // namespace instructor
