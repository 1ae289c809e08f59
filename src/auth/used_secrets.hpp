#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/redact.hpp"

namespace instructor {

/// The secrets in use, and the last ones that were: a reply may still echo a token that has been replaced since. Those
/// before them are forgotten, so that a program that runs for years does not look for all of them. For many threads.
class UsedSecrets {
 public:
  void add(const std::string& value) {
    constexpr std::size_t most = 24;
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(values_, value) != values_.end()) return;
    values_.push_back(value);
    if (values_.size() > most) values_.pop_front();
    auto secrets = std::make_shared<Secrets>();
    for (const std::string& known : values_) secrets->add(known);
    secrets_ = std::move(secrets);
  }

  std::string redact(std::string text) const {
    std::shared_ptr<const Secrets> secrets;
    {
      const std::lock_guard lock(mutex_);
      secrets = secrets_;
    }
    return secrets->redact(std::move(text));
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> values_;
  std::shared_ptr<const Secrets> secrets_ = std::make_shared<Secrets>();
};

}  // namespace instructor
