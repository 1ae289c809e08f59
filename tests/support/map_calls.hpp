#pragma once

// What runs over many inputs ask with, in tests.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <instructor/instructor.hpp>
#include <instructor/map.hpp>

namespace instructor::support {

using Done = detail::MapCalls::Done;
using Start = std::function<std::shared_ptr<void>(Request request, Done done)>;

/// The last thing said.
inline std::string text_of(const Request& request) { return request.messages().back().content; }

template <class T>
std::expected<detail::AnyValue, Issues> decoded(std::string_view json, const DecodeOptions& options = {}) {
  constexpr const detail::ValueMaker& maker = detail::value_maker<detail::Asked<T>>;
  detail::AnyValue value(maker.make(), maker.destroy);
  Issues issues;
  if (!detail::decode_value(*maker.type, value.get(), json, options, issues)) return std::unexpected(std::move(issues));
  return value;
}

/// A valid answer.
template <class T>
detail::MapOutcome answered(std::string json) {
  detail::MapOutcome outcome{std::move(*decoded<T>(json)), {}};
  outcome.completion.answer = std::move(json);
  outcome.completion.model = "model-1";
  outcome.completion.request_id = "req-1";
  outcome.completion.usage = {.input_tokens = 80, .output_tokens = 20, .total_tokens = 100};
  return outcome;
}

inline detail::MapOutcome failed(ErrorCode code, std::string message) {
  ErrorDetail detail;
  detail.code = code;
  detail.message = std::move(message);
  detail.usage.total_tokens = 7;
  return {std::unexpected(Error(std::move(detail))), {}};
}

template <class T>
detail::MapCalls calls_with(Start start) {
  detail::MapCalls calls;
  calls.start = std::move(start);
  calls.decode = [](std::string_view json, const Request& request) {
    DecodeOptions options;
    options.context = &request.context();
    return decoded<T>(json, options);
  };
  calls.fingerprint = [](const Request& request) { return text_of(request); };
  calls.type = &type_of<detail::Asked<T>>();
  calls.type_name = detail::type_name<T>;
  calls.provider_and_model = "openai/gpt-4o-mini";
  return calls;
}

/// Asks a client, each call on a thread of its own. Cancelling waits for the call.
template <class T>
detail::MapCalls calls_of(const Client& client) {
  auto calls = calls_with<T>([client](Request request, Done done) -> std::shared_ptr<void> {
    return std::make_shared<std::jthread>([client, request = std::move(request), done = std::move(done)] {
      try {
        auto [value, completion] = client.create_with_completion<detail::Asked<T>>(request);
        detail::AnyValue any(new detail::Asked<T>(std::move(value)),
                             [](void* old) { delete static_cast<detail::Asked<T>*>(old); });
        done({std::move(any), std::move(completion)});
      } catch (const Error& error) {
        done({std::unexpected(error), {}});
      }
    });
  });
  calls.provider_and_model = client.provider_and_model();
  return calls;
}

/// Calls that end when the test says.
class Desk {
 public:
  template <class T>
  detail::MapCalls calls() {
    return calls_with<T>([this](Request request, Done done) -> std::shared_ptr<void> {
      const std::string text = text_of(request);
      {
        const std::lock_guard lock(mutex_);
        open_.insert_or_assign(text, std::move(done));
        ++begun_;
        most_open_ = std::max(most_open_, open_.size());
      }
      changed_.notify_all();
      return {new char, [this, text](char* handle) {
                delete handle;
                const std::lock_guard lock(mutex_);
                ++dropped_;
                changed_.notify_all();
              }};
    });
  }

  /// Waits until this is asked, and answers.
  template <class T>
  void answer(const std::string& text, std::string json) {
    take(text)(answered<T>(std::move(json)));
  }
  void fail(const std::string& text, ErrorCode code, std::string message) {
    take(text)(failed(code, std::move(message)));
  }
  Done take(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_.contains(text); });
    return std::move(open_.extract(text).mapped());
  }
  void wait_for_begun(int calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= calls; });
  }
  int begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  int dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }
  std::size_t most_open() const {
    const std::lock_guard lock(mutex_);
    return most_open_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Done> open_;
  int begun_ = 0;
  int dropped_ = 0;
  std::size_t most_open_ = 0;
};

}  // namespace instructor::support
