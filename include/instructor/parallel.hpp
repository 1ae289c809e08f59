#pragma once

// Values of several types at once.
//
//   auto calls = client.create_parallel<Weather, Search>("Is it raining in Oslo? And who won the match?");
//   // std::vector<std::variant<Weather, Search>>, in the order of the calls
//
//   for (auto& call : client.stream_parallel<Weather, Search>("..."))   // each the moment it is whole and valid
//     std::visit(run, call);

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/detail/stream_core.hpp"
#include "instructor/model.hpp"
#include "instructor/stream.hpp"

namespace instructor {

namespace detail {

/// A call of one of several tools: the member of that type is there.
template <class... Ts>
struct ParallelCall {
  std::tuple<std::optional<Ts>...> types;

  std::variant<Ts...> take() {
    std::optional<std::variant<Ts...>> found;
    take_first(found, std::index_sequence_for<Ts...>());
    return std::move(*found);
  }
  bool has_any() const {
    return std::apply([](const auto&... type) { return (type.has_value() || ...); }, types);
  }

  void validate(Issues& issues) const {
    if (!has_any()) issues.add("the call has no arguments");
  }

 private:
  template <std::size_t... I>
  void take_first(std::optional<std::variant<Ts...>>& found, std::index_sequence<I...>) {
    ((!found && std::get<I>(types) ? (void)found.emplace(std::in_place_index<I>, std::move(*std::get<I>(types)))
                                   : (void)0),
     ...);
  }
};

template <class... Ts>
struct LocateParallel {
  struct Addresses {
    const void* addresses[sizeof...(Ts)];
  };
  static Addresses of(ParallelCall<Ts...>& call) {
    return std::apply([](auto&... type) { return Addresses{{&type...}}; }, call.types);
  }
};

template <class... Ts>
inline constexpr std::array<FieldInfo, sizeof...(Ts)> parallel_fields{
    FieldInfo{type_of<Ts>().name, type_of<Ts>().name, TypeRef(&table_of<std::optional<Ts>>), &no_annotation}...};

template <class... Ts>
constexpr TypeInfo parallel_info() {
  TypeInfo info;
  info.kind = Kind::object;
  info.name = "Call";
  info.fields = parallel_fields<Ts...>;
  info.probe = &probe_thunk<ParallelCall<Ts...>, LocateParallel<Ts...>>;
  info.validate = &validate_thunk<ParallelCall<Ts...>>;
  info.plan = &plan_slot<ParallelCall<Ts...>>;
  return info;
}

template <class... Ts>
inline constexpr TypeInfo type_info<ParallelCall<Ts...>> = parallel_info<Ts...>();

template <class... Ts>
struct ParallelCalls {
  Elements<ParallelCall<Ts...>> calls;

  static constexpr auto describe() {
    return model<ParallelCalls>("Calls of several tools.", instructor::name("Calls"), field<&ParallelCalls::calls>());
  }
};

template <class... Ts>
constexpr bool names_differ() {
  const std::string_view names[] = {type_of<Ts>().name...};
  for (std::size_t a = 0; a < sizeof...(Ts); ++a)
    for (std::size_t b = a + 1; b < sizeof...(Ts); ++b)
      if (names[a] == names[b]) return false;
  return true;
}

template <class... Ts>
constexpr const ValueMaker& parallel_maker() {
  static_assert(sizeof...(Ts) != 0, "instructor: create_parallel wants at least one type");
  static_assert((is_object<Ts> && ...),
                "instructor: what create_parallel is asked for are structs: tools have named parameters");
  static_assert(names_differ<Ts...>(),
                "instructor: two of these types have the same name, which is that of their tool; name one of them with "
                "instructor::name in its describe()");
  using Calls = ParallelCalls<Ts...>;
  static constexpr ValueMaker maker{&type_of<Calls>(), []() -> void* { return new Calls(); },
                                    [](void* value) { delete static_cast<Calls*>(value); }, false, true};
  return maker;
}

template <class... Ts>
std::vector<std::variant<Ts...>> take_calls(const AnyValue& any) {
  auto& calls = static_cast<ParallelCalls<Ts...>*>(any.get())->calls;
  std::vector<std::variant<Ts...>> made;
  made.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) made.push_back(calls.take().take());
  return made;
}

}  // namespace detail

/// The values of calls, each the moment it is whole and valid. A range; moves only.
template <class... Ts>
class CallStream {
 public:
  using Value = std::variant<Ts...>;

  CallStream(const Client& client, Request request, ElementPolicy policy)
      : core_(client, detail::parallel_maker<Ts...>(), std::move(request)) {
    using Whole = detail::ParallelCalls<Ts...>;
    core_.hand_out_elements(detail::element_ops<Whole, &Whole::calls>, policy);
  }

  /// The next value, yours to move from; null when there are no more. Throws Error.
  Value* next() {
    if (!core_.advance_element()) return nullptr;
    current_ = std::make_unique<Value>(static_cast<detail::ParallelCalls<Ts...>*>(core_.value())->calls.take().take());
    core_.take_one();
    return current_.get();
  }

  auto begin() { return detail::StreamIterator<CallStream, Value>(*this); }
  StreamEnd end() { return {}; }

  /// As PartialStream::cancel.
  void cancel() const { core_.cancel(); }

  /// Calls that were left out, with ElementPolicy::skip.
  const std::vector<SkippedElement>& skipped() const { return core_.skipped(); }
  /// Calls of the request's own tools are in its `tool_calls`.
  const Completion& completion() const { return core_.completion(); }

 private:
  detail::StreamCore core_;
  std::unique_ptr<Value> current_;
};

template <class... Ts>
std::pair<std::vector<std::variant<Ts...>>, Completion> Client::create_parallel_with_completion(
    const Request& request) const {
  std::pair<std::vector<std::variant<Ts...>>, Completion> made;
  made.first = detail::take_calls<Ts...>(run(detail::parallel_maker<Ts...>(), request, &made.second));
  return made;
}

template <class... Ts>
std::vector<std::variant<Ts...>> Client::create_parallel(const Request& request) const {
  return create_parallel_with_completion<Ts...>(request).first;
}

template <class... Ts>
CallStream<Ts...> Client::stream_parallel(Request request, ElementPolicy policy) const {
  return CallStream<Ts...>(*this, std::move(request), policy);
}

}  // namespace instructor
