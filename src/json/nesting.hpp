#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace instructor::json {

/// Which of the open containers are objects: one bit each, so that depth costs no memory to speak of.
class Nesting {
 public:
  std::size_t depth() const { return depth_; }
  /// Is the innermost container an object?
  bool in_object() const { return in_object_; }

  void push(bool object) {
    if (depth_ < 64) {
      const std::uint64_t bit = std::uint64_t{1} << depth_;
      objects_ = object ? objects_ | bit : objects_ & ~bit;
    } else {
      deep_.push_back(object ? 1 : 0);
    }
    ++depth_;
    in_object_ = object;
  }

  void pop() {
    --depth_;
    if (depth_ >= 64) deep_.pop_back();
    if (depth_ != 0) in_object_ = depth_ <= 64 ? (objects_ >> (depth_ - 1) & 1) != 0 : deep_.back() != 0;
  }

 private:
  std::size_t depth_ = 0;
  bool in_object_ = false;
  std::uint64_t objects_ = 0;
  std::string deep_;  // beyond 64 levels: a character each
};

}  // namespace instructor::json
