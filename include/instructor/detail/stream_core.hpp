#pragma once

// Not API: see instructor/stream.hpp. What streams are made of.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/detail/partial_view.hpp"
#include "instructor/model.hpp"

namespace instructor {

class ChangeListener;
class Coalesce;
struct SkippedElement;

/// Where the range of a stream ends.
struct StreamEnd {};

namespace engine {
struct Driving;
}  // namespace engine

namespace detail {

/// Goes over what `next` of a stream gives, once.
template <class Stream, class Value>
class StreamIterator {
 public:
  using value_type = std::remove_const_t<Value>;
  using difference_type = std::ptrdiff_t;

  explicit StreamIterator(Stream& stream) : stream_(&stream), current_(stream.next()) {}
  Value& operator*() const { return *current_; }
  Value* operator->() const { return current_; }
  StreamIterator& operator++() {
    current_ = stream_->next();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(StreamEnd) const { return current_ == nullptr; }

 private:
  Stream* stream_;
  Value* current_;
};

struct ElementOps;

/// A stream without its type.
class StreamCore {
 public:
  StreamCore(const Client& client, const ValueMaker& maker, Request request);
  /// To be driven by somebody who does not wait: `poll`, `poll_view` and `poll_element` take the place of `advance`.
  StreamCore(const Client& client, const ValueMaker& maker, Request request, const engine::Driving& driving);
  StreamCore(StreamCore&&) noexcept;
  StreamCore& operator=(StreamCore&&) noexcept;
  ~StreamCore();

  /// On to the next visible change. False: the answer is whole and valid. Throws Error.
  bool advance();
  /// The same, past changes that are about nothing but the object around what is wanted.
  bool advance_view();
  /// On to where an element can be taken. False: there are no more.
  bool advance_element();
  /// Nothing: the waker will be woken. Else whether there is another change.
  std::optional<bool> poll();
  std::optional<bool> poll_view();
  std::optional<bool> poll_element();
  void cancel() const;
  bool restarted() const;
  int attempt() const;
  LivePlace place() const;
  LivePlace place_inside() const;
  void* value() const;
  const Completion& completion() const;
  void listen(std::unique_ptr<ChangeListener> listener, Coalesce coalesce);

  void hand_out_elements(const ElementOps& ops, ElementPolicy policy);
  std::size_t ready() const;
  void take_one();
  const std::vector<SkippedElement>& skipped() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A list whose elements are taken out at the front while it grows at the back.
template <class T>
struct Elements {
  using value_type = T;
  std::vector<T> kept;
  std::size_t taken = 0;  // of those kept
  std::size_t begun = 0;

  void emplace_back() {
    // The elements before are over: nothing points at them while another begins.
    if (taken * 2 > kept.size()) {
      kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(taken));
      taken = 0;
    }
    kept.emplace_back();
    ++begun;
  }
  T take() { return std::move(kept[taken++]); }
  T& back() { return kept.back(); }
  void clear() {
    kept.clear();
    taken = 0;
  }
  std::size_t size() const { return begun; }
  auto begin() const { return kept.begin() + static_cast<std::ptrdiff_t>(taken); }
  auto end() const { return kept.end(); }
};

/// The list of elements in a value that a model gives.
struct ElementOps {
  const TypeInfo* bare_list;  ///< of the list without the object around it
  void* (*list_in)(void* value);
  void* (*add)(void* value);  ///< an element at the end; its address
  void (*drop_last)(void* value);
};

/// Of the member `List` of a Whole.
template <class Whole, auto List>
inline constexpr ElementOps element_ops{
    &type_of<std::remove_reference_t<decltype(std::declval<Whole&>().*List)>>(),
    [](void* value) -> void* { return &(static_cast<Whole*>(value)->*List); },
    [](void* value) -> void* { return &(static_cast<Whole*>(value)->*List).kept.emplace_back(); },
    [](void* value) { (static_cast<Whole*>(value)->*List).kept.pop_back(); }};

/// `IterableUser`
inline constexpr std::string_view iterable = "Iterable";
template <class T>
inline constexpr auto element_name =
    JoinedName<iterable.size() + type_of<T>().name.size()>().add(iterable).add(type_of<T>().name);

/// What is asked for when elements are wanted.
template <class T>
struct ElementList {
  Elements<T> tasks;

  static constexpr auto describe() {
    return model<ElementList>("The elements, each on its own, in the order in which they were found.",
                              instructor::name(element_name<T>.text),
                              field<&ElementList::tasks>("The list of elements."));
  }
};

}  // namespace detail
}  // namespace instructor
