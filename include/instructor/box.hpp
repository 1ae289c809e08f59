#pragma once

// A value on the heap, for types that hold themselves.
//
//   struct Sum;
//   using Term = std::variant<double, Box<Sum>>;
//   struct Sum { std::vector<Term> terms; };

#include <memory>
#include <utility>

namespace instructor {

/// Always holds a T, and copies with it. In JSON it is the T. Only a Box that was moved from holds nothing; give it a
/// new value before it is used again.
template <class T>
class Box {
 public:
  using element_type = T;

  Box() : value_(std::make_unique<T>()) {}
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
  Box(const Box& other) : value_(std::make_unique<T>(*other)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) value_ = std::make_unique<T>(*other);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  T* get() { return value_.get(); }
  const T* get() const { return value_.get(); }

  friend bool operator==(const Box& a, const Box& b) { return *a == *b; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace instructor
