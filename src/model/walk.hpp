#pragma once

// Reading and writing scalars where they are kept, and small questions about values.

#include <cstdint>
#include <string>

#include "instructor/json.hpp"
#include "instructor/types.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// The integer kept at `address`, in its own width and sign.
Number load_integer(Storage storage, const void* address);

/// The double or float kept at `address`.
double load_number(Storage storage, const void* address);

/// Keeps `value` at `address`. False, and nothing changed, when it does not fit the storage.
bool store_integer(Storage storage, void* address, const Number& value);

/// False when the value is beyond the largest finite one of the storage.
bool store_number(Storage storage, void* address, double value);

/// What an integer storage can hold: "-128", "255".
Number smallest(Storage storage);
Number largest(Storage storage);

/// Is the value what value-initialisation makes of its type: zero, empty, or for a struct equal to a fresh one?
bool is_value_initialised(const Plan& plan, const void* address);

/// Sets a field's default. The constant fits the type: the compiler or the schema reader saw to that.
void assign_default(const Plan& plan, void* address, const Constant& value);

/// Sets the defaults of all fields that are not there, in a value that is kept as Json.
void fill_defaults(const Plan& plan, Json& value);

/// The type inside all optionals.
const Plan& inside(const Plan& plan);

/// A value and its type.
struct Held {
  const Plan* plan = nullptr;
  const void* address = nullptr;  ///< null: there is none
};

/// What is inside all optionals and variants now.
Held held_in(const Plan& plan, const void* address);

}  // namespace instructor::core
