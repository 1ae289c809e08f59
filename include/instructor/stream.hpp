#pragma once

// Values while they arrive.
//
//   for (const Partial<User>& partial : client.create_partial<User>("...")) {
//     show(partial->name);                                     // what has arrived so far
//     if (partial.is_complete<&User::age>()) ...               // absent, growing or complete
//   }
//
//   for (User& user : client.create_iterable<User>("..."))     // each element the moment it is whole and valid
//     store(user);
//
//   auto stream = client.create_partial<User>("...");
//   stream.on_change([](const std::string& path, const FieldChange& change) { ... });
//   User user = stream.result();                               // validated; re-asked if it must be
//
// Strings grow while they arrive. Numbers, booleans and enumerators appear when they can no longer change. What is
// complete stays as it is, unless the answer as a whole is not valid and the model is asked again: then everything
// starts anew, and `restarted` says so. Each byte is looked at once, however long the answer is.
//
// A stream asks when it is first looked at, works on the thread that looks, and is not safe to use from several
// threads at once. Destroying it closes the connection.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/codec.hpp"
#include "instructor/detail/partial_view.hpp"
#include "instructor/detail/stream_core.hpp"

namespace instructor {

// ---------------------------------------------------------------------------------------------------------------
// Partial values

template <class T>
class Partial;

namespace detail {
template <class M>
auto partial_of(const LivePlace& place, const M* value);
}  // namespace detail

/// A view of a T that is arriving. Valid until the stream goes on.
template <class T>
class Partial {
 public:
  explicit Partial(const detail::LivePlace& place, const T* value) : place_(place), value_(value) {}

  /// What has arrived so far; members that have not are as the struct initialises them.
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_; }

  FieldState state() const { return place_.state; }
  bool is_complete() const { return place_.state == FieldState::complete; }

  /// The state of a member: `partial.state<&User::age>()`.
  template <auto Member>
  FieldState state() const {
    return detail::field_state(place_, offset_of<Member>());
  }
  /// The member has arrived, in part at least. A default that the model did not send has not.
  template <auto Member>
  bool has() const {
    return state<Member>() != FieldState::absent;
  }
  template <auto Member>
  bool is_complete() const {
    return state<Member>() == FieldState::complete;
  }

  /// A view of a member: a struct, a container, or what is inside an optional or a smart pointer (`state()` is absent
  /// and `*view` must not be used when there is nothing inside).
  template <auto Member>
  auto at() const {
    using M = typename detail::PointedMember<decltype(Member)>::type;
    return detail::partial_of<M>(detail::field_at(place_, offset_of<Member>()), &(value_->*Member));
  }

  /// Of a std::variant: a view of this alternative, when it is what arrives.
  template <class A>
    requires detail::VariantLike<T>
  auto as() const {
    using View = decltype(detail::partial_of<A>(place_, static_cast<const A*>(nullptr)));
    const A* const held = get_if<A>(value_);
    if (held == nullptr || place_.state == FieldState::absent) return std::optional<View>();
    return std::optional<View>(detail::partial_of<A>(place_, held));
  }

  /// A view of an item of a list that has begun.
  auto operator[](std::size_t index) const
    requires requires(const T& t) { t[index]; }
  {
    const auto& item = (*value_)[index];
    return detail::partial_of<std::remove_cvref_t<decltype(item)>>(detail::item_at(place_, index, &item), &item);
  }

  /// A view of the entry of a map with this key, which must be there.
  auto operator[](std::string_view key) const
    requires requires(const T& t) { t.find(std::string(key))->second; }
  {
    const auto& entry = value_->find(std::string(key))->second;
    return detail::partial_of<std::remove_cvref_t<decltype(entry)>>(detail::entry_at(place_, key, &entry), &entry);
  }

  /// The state of what a JSON pointer names: `/items/0/name`.
  FieldState state(std::string_view pointer) const { return detail::state_at(place_, pointer); }

  /// A copy of what has arrived.
  T value() const
    requires std::is_copy_constructible_v<T>
  {
    return *value_;
  }

  /// The JSON text of what has arrived, and of nothing else (empty when nothing has); `indent` spaces a level, or
  /// compact.
  std::string json(int indent = -1) const { return detail::arrived_json(place_, indent); }

 private:
  template <auto Member>
  std::size_t offset_of() const {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(__builtin_addressof(value_->*Member)) -
                                    reinterpret_cast<const char*>(__builtin_addressof(*value_)));
  }

  detail::LivePlace place_;
  const T* value_;
};

namespace detail {

template <class M>
auto partial_of(const LivePlace& place, const M* value) {
  if constexpr (std::is_same_v<ValueOf<M>, M>)
    return Partial<M>(place, value);
  else
    return Partial<ValueOf<M>>(place, static_cast<const ValueOf<M>*>(place.address));
}

}  // namespace detail

/// Decodes a T from text that comes in pieces from anywhere, and shows what there is of it. Not safe to use from
/// several threads at once.
template <class T>
class PartialDecoder {
 public:
  explicit PartialDecoder(const DecodeOptions& options = {})
      : value_(std::make_unique<T>()), core_(type_of<T>(), value_.get(), options, true) {}

  /// Takes the next bytes, cut anywhere. True when something visible has changed.
  bool feed(std::string_view chunk) {
    core_.feed(chunk);
    return core_.take_changed();
  }
  /// What there is.
  Partial<T> partial() const { return Partial<T>(core_.place(), value_.get()); }
  /// The value is whole: nothing but white space may follow.
  bool done() const { return core_.done(); }
  /// What is wrong so far. More text cannot mend it.
  const Issues& issues() const { return core_.issues(); }
  /// What soft checks and `Issues::warn` have reported so far; it does not make the value less valid.
  const Issues& warnings() const { return core_.warnings(); }
  /// The text has ended: the value, or everything that is wrong with it. Call it once.
  std::expected<T, Issues> finish() {
    if (core_.finish()) return std::move(*value_);
    return std::unexpected(core_.take_issues());
  }

 private:
  std::unique_ptr<T> value_;
  detail::DecoderCore core_;
};

// ---------------------------------------------------------------------------------------------------------------
// Changes

/// One change of a value that is arriving.
struct FieldChange {
  enum class Kind : std::uint8_t {
    begun,      ///< an object or a list has begun, or is begun as an element of a list
    appended,   ///< `text` was added to a string that goes on
    set,        ///< a string, number, boolean, enumerator or null is complete, or something is shown that was held back
                ///< (when_done, required_first): `json` is its value
    completed,  ///< an object or a list is complete
    restarted,  ///< the answer was not valid and the model is asked again: everything so far is void
  };

  Kind kind = Kind::begun;
  std::string_view text;  ///< appended: decoded UTF-8
  std::string_view json;  ///< begun: `{}` or `[]`; set, completed: the value as JSON text
};
std::string_view to_string(FieldChange::Kind kind) noexcept;

/// How often changes are told.
class Coalesce {
 public:
  /// Each as it arrives.
  static Coalesce per_change() { return Coalesce(Kind::change, {}); }
  /// Once for a value, when it is complete (and `restarted`).
  static Coalesce per_field() { return Coalesce(Kind::field, {}); }
  /// At most once in this time: what was appended to one string comes in one piece. What is left over is told at the
  /// end.
  static Coalesce every(Duration time) { return Coalesce(Kind::time, time); }

  enum class Kind : std::uint8_t { change, field, time };
  Kind kind() const { return kind_; }
  Duration time() const { return time_; }

 private:
  Coalesce(Kind kind, Duration time) : kind_(kind), time_(time) {}

  Kind kind_;
  Duration time_;
};

/// Hears of changes. It must not use the stream that it listens to.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  /// `path` is the JSON pointer of what has changed; empty: the whole value.
  virtual void changed(const std::string& path, const FieldChange& change) = 0;
};

namespace detail {

template <class Callback>
class Calling final : public ChangeListener {
 public:
  explicit Calling(Callback callback) : callback_(static_cast<Callback&&>(callback)) {}
  void changed(const std::string& path, const FieldChange& change) override { callback_(path, change); }

 private:
  Callback callback_;
};

}  // namespace detail

// ---------------------------------------------------------------------------------------------------------------
// Streams

namespace detail {

/// What there is of the T that is wanted.
template <class T>
Partial<T> view_of(const StreamCore& core) {
  const auto* value = static_cast<const Asked<T>*>(core.value());
  if constexpr (is_object<T>)
    return Partial<T>(core.place(), value);
  else
    return Partial<T>(core.place_inside(), &value->content);
}

template <class T>
std::unique_ptr<T> take_element(StreamCore& core) {
  auto element = std::make_unique<T>(static_cast<ElementList<T>*>(core.value())->tasks.take());
  core.take_one();
  return element;
}

}  // namespace detail

/// An element that was left out.
struct SkippedElement {
  std::size_t index = 0;  ///< in the model's answer, from 0
  Issues issues;
};

/// A value that arrives: a range of views, one for each visible change. Movable.
template <class T>
class PartialStream {
 public:
  PartialStream(const Client& client, Request request)
      : core_(client, detail::value_maker<detail::Asked<T>>, std::move(request)) {}

  /// The next view; null when the answer is whole and valid. Throws Error: as `Client::create`, and with what has
  /// arrived in `Error::partial` when the stream breaks off.
  const Partial<T>* next() {
    if (!core_.advance_view()) return nullptr;
    view_.emplace(detail::view_of<T>(core_));
    return &*view_;
  }

  auto begin() { return detail::StreamIterator<PartialStream, const Partial<T>>(*this); }
  StreamEnd end() { return {}; }

  /// The value, whole and validated: waits for the rest. Call it once. Throws Error.
  T result() {
    while (core_.advance()) {
    }
    return detail::take_asked<T>(*static_cast<detail::Asked<T>*>(core_.value()));
  }

  /// Calls `callback(path, change)` for every change from now on; see ChangeListener. Set it before the stream is
  /// looked at.
  template <class Callback>
  PartialStream& on_change(Callback callback, Coalesce coalesce = Coalesce::per_change()) {
    core_.listen(std::make_unique<detail::Calling<Callback>>(std::move(callback)), coalesce);
    return *this;
  }

  /// The last view is the first of a new attempt: what was shown before is void.
  bool restarted() const { return core_.restarted(); }
  /// Which attempt it is, from 1.
  int attempt() const { return core_.attempt(); }
  /// What came back. Until the stream is over: the ledger of the attempts before, which are void.
  const Completion& completion() const { return core_.completion(); }
  /// Breaks the stream off: it ends with an Error (`cancelled`). From any thread.
  void cancel() const { core_.cancel(); }

 private:
  detail::StreamCore core_;
  std::optional<Partial<T>> view_;
};

/// The elements of a list, each handed out the moment it is whole and valid. Movable.
template <class T>
class ElementStream {
 public:
  ElementStream(const Client& client, Request request, ElementPolicy policy)
      : core_(client, detail::value_maker<detail::ElementList<T>>, std::move(request)) {
    core_.hand_out_elements(detail::element_ops<detail::ElementList<T>, &detail::ElementList<T>::tasks>, policy);
  }

  /// The next element, yours to move from; null when there are no more. Throws Error.
  T* next() {
    if (!core_.advance_element()) return nullptr;
    current_ = detail::take_element<T>(core_);
    return current_.get();
  }

  auto begin() { return detail::StreamIterator<ElementStream, T>(*this); }
  StreamEnd end() { return {}; }

  /// Elements that were left out, with ElementPolicy::skip.
  const std::vector<SkippedElement>& skipped() const { return core_.skipped(); }
  const Completion& completion() const { return core_.completion(); }
  /// As PartialStream::cancel.
  void cancel() const { core_.cancel(); }

 private:
  detail::StreamCore core_;
  std::unique_ptr<T> current_;
};

/// A value of a model that exists only at run time, while it arrives; include dynamic.hpp and <nlohmann/json.hpp>. The
/// model must outlive it.
class JsonStream {
 public:
  JsonStream(const Client& client, const DynamicModel& model, Request request);
  JsonStream(JsonStream&&) noexcept;
  JsonStream& operator=(JsonStream&&) noexcept;
  ~JsonStream();

  /// As PartialStream::next.
  const Partial<Json>* next();

  auto begin() { return detail::StreamIterator<JsonStream, const Partial<Json>>(*this); }
  StreamEnd end() { return {}; }

  /// As PartialStream::result.
  Json result();
  template <class Callback>
  JsonStream& on_change(Callback callback, Coalesce coalesce = Coalesce::per_change()) {
    listen(std::make_unique<detail::Calling<Callback>>(std::move(callback)), coalesce);
    return *this;
  }
  bool restarted() const;
  int attempt() const;
  const Completion& completion() const;

 private:
  void listen(std::unique_ptr<ChangeListener> listener, Coalesce coalesce);

  struct State;
  std::unique_ptr<State> state_;
};

template <class T>
PartialStream<T> Client::create_partial(Request request) const {
  return PartialStream<T>(*this, std::move(request));
}

template <class T>
ElementStream<T> Client::create_iterable(Request request, ElementPolicy policy) const {
  return ElementStream<T>(*this, std::move(request), policy);
}

}  // namespace instructor
