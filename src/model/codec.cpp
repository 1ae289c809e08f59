#include "instructor/codec.hpp"

#include "model/decode.hpp"
#include "model/encode.hpp"

namespace instructor::detail {

struct DecoderState {
  DecoderState(const TypeInfo& type, void* target, const DecodeOptions& given, core::DecodeUse use)
      : options(given), decoder(core::plan_of(type), target, options, use) {}

  DecodeOptions options;
  core::Decoder decoder;
};

DecoderCore::DecoderCore(const TypeInfo& type, void* target, const DecodeOptions& options, bool live)
    : state_(std::make_unique<DecoderState>(type, target, options,
                                            live ? core::DecodeUse::live : core::DecodeUse::over_time)) {}
DecoderCore::~DecoderCore() = default;
DecoderCore::DecoderCore(DecoderCore&&) noexcept = default;
DecoderCore& DecoderCore::operator=(DecoderCore&&) noexcept = default;

bool DecoderCore::feed(std::string_view chunk) { return state_->decoder.feed(chunk); }
bool DecoderCore::finish() { return state_->decoder.finish(); }
bool DecoderCore::done() const { return state_->decoder.done(); }
const Issues& DecoderCore::issues() const { return state_->decoder.issues(); }
const Issues& DecoderCore::warnings() const { return state_->decoder.warnings(); }
bool DecoderCore::take_changed() { return state_->decoder.handler().take_changed(); }
LivePlace DecoderCore::place() const { return state_->decoder.handler().place(); }
Issues DecoderCore::take_issues() { return std::move(state_->decoder.issues()); }

bool decode_value(const TypeInfo& type, void* target, std::string_view text, const DecodeOptions& options,
                  Issues& issues, Issues* warnings) {
  core::Decoder decoder(core::plan_of(type), target, options, core::DecodeUse::at_once);
  decoder.feed(text);
  const bool valid = decoder.finish();
  if (warnings != nullptr) *warnings = std::move(decoder.warnings());
  if (!valid) issues = std::move(decoder.issues());
  return valid;
}

void encode_value(const TypeInfo& type, const void* value, std::string& out, int indent) {
  core::encode(core::plan_of(type), value, out, {.indent = indent});
}

}  // namespace instructor::detail
