#include "http/aws_event_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "instructor/error.hpp"

namespace instructor {
namespace {

using namespace std::string_literals;
using Kind = AwsEventMessage::Kind;
using Type = AwsEventHeader::Type;

/// Everything that came, as text.
struct Outcome {
  std::vector<std::string> messages;
  AwsStreamFailure failure = AwsStreamFailure::none;
  std::string why;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    for (const std::string& message : outcome.messages) out << message << "; ";
    return out << outcome.why;
  }
};

std::string text_of(const AwsEventMessage& message) {
  std::string text = message.kind == Kind::event ? "event " : message.kind == Kind::error ? "error " : "exception ";
  text.append(message.type).append(" ").append(message.error_message).append(message.payload);
  for (const AwsEventHeader& header : message.headers)
    text.append(" ").append(header.name).append("=").append(header.bytes).append(std::to_string(header.number));
  return text;
}

Outcome split(const std::vector<std::string_view>& chunks, std::size_t limit) {
  AwsEventSplitter splitter(limit);
  AwsEventMessage message;
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // of the very size, so that a sanitizer sees its end
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(message)) outcome.messages.push_back(text_of(message));
  }
  splitter.finish();
  EXPECT_EQ(splitter.failed(), !splitter.why().empty());
  outcome.failure = splitter.failure();
  outcome.why = splitter.why();
  return outcome;
}

Outcome split_all_ways(std::string_view text, std::size_t limit = 1 << 20) {
  const Outcome whole = split({text}, limit);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(split({text.substr(0, cut), text.substr(cut)}, limit), whole) << "cut at " << cut;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(split(bytes, limit), whole);
  return whole;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
  return out;
}

/// A message with right checksums, whatever its lengths and headers are.
std::string framed(const std::string& headers, const std::string& payload, std::uint32_t total, std::uint32_t length) {
  std::string out = big_endian(total) + big_endian(length);
  out += big_endian(crc32(out));
  out += headers + payload;
  return out + big_endian(crc32(out));
}
std::string framed(const std::string& headers) {
  const auto size = static_cast<std::uint32_t>(headers.size());
  return framed(headers, "", size + 16, size);
}

// The bytes of the examples "Event Stream Encoding" shows: a message without anything.
TEST(AwsEventStream, KnowsThePublishedEmptyMessage) {
  const std::string bytes = "\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff"s;
  EXPECT_EQ(aws_event_message({}, ""), bytes);
  EXPECT_EQ(split_all_ways(bytes), (Outcome{{"event  "}, AwsStreamFailure::none, ""}));
}

TEST(AwsEventStream, TellsEventsExceptionsAndErrors) {
  const std::string stream = aws_event_message(Kind::event, "messageStart", R"({"role":"assistant"})") +
                             aws_event_message(Kind::exception, "throttlingException", R"({"message":"slow"})") +
                             aws_event_message(Kind::error, "InternalFailure", "it broke");
  const Outcome outcome = split_all_ways(stream);
  ASSERT_EQ(outcome.messages.size(), 3U) << outcome;
  EXPECT_TRUE(outcome.messages[0].starts_with(R"(event messageStart {"role":"assistant"} :message-type=event0)"));
  EXPECT_TRUE(outcome.messages[1].starts_with(R"(exception throttlingException {"message":"slow"} )"));
  EXPECT_TRUE(outcome.messages[2].starts_with("error InternalFailure it broke "));
  EXPECT_EQ(outcome.failure, AwsStreamFailure::none);
}

TEST(AwsEventStream, HeadersOfAllTypesGoAndComeBack) {
  const std::string uuid = "0123456789abcdef";
  const std::vector<AwsEventHeader> headers{
      {"t", Type::true_value, "", 0},
      {"f", Type::false_value, "", 0},
      {"8", Type::int8, "", -128},
      {"16", Type::int16, "", 32767},
      {"32", Type::int32, "", -2147483648},
      {"64", Type::int64, "", INT64_MIN},
      {"bytes", Type::bytes, "\xFF", 0},
      {"string", Type::string, "", 0},
      {"time", Type::timestamp, "", 1767323045123},
      {"uuid", Type::uuid, uuid, 0},
  };
  AwsEventSplitter splitter;
  AwsEventMessage message;
  const std::string bytes = aws_event_message(headers, "payload");
  splitter.feed(bytes);
  ASSERT_TRUE(splitter.next(message)) << splitter.why();
  EXPECT_TRUE(std::ranges::equal(message.headers, headers));
  EXPECT_EQ(message.payload, "payload");
  EXPECT_EQ(message.payload.data(), bytes.data() + bytes.size() - 11) << "what is whole is not copied";
  EXPECT_FALSE(splitter.next(message));
}

TEST(AwsEventStream, WhatHasNoFormIsNotMade) {
  const std::string long_name(256, 'n');
  const std::string long_text(65536, 't');
  for (const AwsEventHeader& header : std::vector<AwsEventHeader>{{"", Type::string, "", 0},
                                                                  {long_name, Type::string, "", 0},
                                                                  {"x", Type::string, long_text, 0},
                                                                  {"x", Type::uuid, "short", 0},
                                                                  {"x", Type::int8, "", 128},
                                                                  {"x", Type::int32, "", INT64_MAX}})
    EXPECT_THROW((void)aws_event_message(std::array{header}, ""), Error);
  EXPECT_THROW((void)aws_event_message(std::vector<AwsEventHeader>(3, {"x", Type::string, long_text.substr(1), 0}), ""),
               Error)
      << "more headers than 128 KiB";
}

struct Broken {
  std::string bytes;
  AwsStreamFailure failure;
  std::string why;
};

TEST(AwsEventStream, SaysWhatIsWrongAtWhichMessage) {
  const std::string good = aws_event_message(Kind::event, "e", "{}");
  std::string bad_lengths = good;
  bad_lengths[3] ^= 1;
  std::string bad_payload = good;
  bad_payload[good.size() - 5] ^= 1;
  const std::string name = "\x01n"s;
  const std::vector<Broken> cases{
      {bad_lengths, AwsStreamFailure::checksum, "the checksum of its lengths is wrong"},
      {bad_payload, AwsStreamFailure::checksum, "its checksum is wrong"},
      {framed("", "", 15, 0), AwsStreamFailure::length, "it has 15 bytes, and none has less than 16"},
      {framed("", "", 70000, 0), AwsStreamFailure::too_large,
       "it has 70000 bytes, more than the 65536 that are allowed"},
      {framed("", "", 0xFFFFFFFF, 0), AwsStreamFailure::too_large,
       "it has 4294967295 bytes, more than the 65536 that are allowed"},
      {framed("", "", 20, 5), AwsStreamFailure::headers_length,
       "its headers have 5 bytes, more than there are in its 20"},
      {framed("", "", 0xFFFFFFFF, 131073), AwsStreamFailure::headers_length,
       "its headers have 131073 bytes, more than the 128 KiB that there may be"},
      {framed("\x00"s), AwsStreamFailure::header, "header 1 has no name"},
      {framed("\x05x"s), AwsStreamFailure::header, "header 1 is cut off"},
      {framed(name), AwsStreamFailure::header, "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x0A"), AwsStreamFailure::header, "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\xFF"), AwsStreamFailure::header, "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x04\x01\x01\x01"), AwsStreamFailure::header,
       "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x07\x00"s), AwsStreamFailure::header, "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x07\x00\x02x"s), AwsStreamFailure::header,
       "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x09short"), AwsStreamFailure::header, "header 1, \"n\", is cut off, or its type is not known"},
      {framed(name + "\x00"s + "\x01m\x00"s + name + "\x01"), AwsStreamFailure::duplicate_header,
       "there are two headers \"n\""},
      {aws_event_message(std::array{AwsEventHeader{":message-type", Type::string, "greeting", 0}}, ""),
       AwsStreamFailure::message_type, "its :message-type is \"greeting\", none of event, exception, error"},
      {aws_event_message(std::array{AwsEventHeader{":message-type", Type::true_value, "", 0}}, ""),
       AwsStreamFailure::message_type, "its :message-type is \"\", none of event, exception, error"},
      {good.substr(0, 11), AwsStreamFailure::truncated, "the stream ends after 11 bytes of it"},
      {good.substr(0, 20), AwsStreamFailure::truncated,
       "the stream ends after 20 of " + std::to_string(good.size()) + " bytes of it"},
  };
  for (const Broken& broken : cases) {
    const bool cut = broken.failure == AwsStreamFailure::truncated;
    const Outcome outcome = split_all_ways(good + broken.bytes + (cut ? "" : good), 65536);
    EXPECT_EQ(outcome.messages.size(), 1U) << broken.why;
    EXPECT_EQ(outcome.failure, broken.failure) << outcome.why;
    EXPECT_EQ(outcome.why, "message 2 of the event stream: " + broken.why);
  }
}

}  // namespace
}  // namespace instructor
