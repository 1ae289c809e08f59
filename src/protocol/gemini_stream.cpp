// The events of streamGenerateContent: each is a response with what was added since the one before.

#include <memory>
#include <string_view>
#include <vector>

#include "protocol/gemini_wire.hpp"

namespace instructor::gemini {

namespace {

class ResponseReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    if (event.data == "[DONE]") return false;  // some gateways end all their streams so
    WireResponse response = read_response(event.data);
    turn_.take(response, reply, grown_);
    // Only now, since what comes later in an event may move what it has added to before.
    for (const Turn::Grown& grown : grown_) {
      const bool text = grown.kind == Delta::Kind::text;
      const std::string_view whole = text ? reply.text : reply.tool_calls[grown.call].arguments;
      deltas.push_back({grown.kind, grown.call, whole.substr(grown.from, grown.size)});
    }
    return true;
  }

  void finish(Reply& reply) override { turn_.finish(reply); }

 private:
  Turn turn_;
  std::vector<Turn::Grown> grown_;  // by the event that is being read
};

}  // namespace

std::unique_ptr<EventReader> event_reader() { return std::make_unique<ResponseReader>(); }

}  // namespace instructor::gemini
