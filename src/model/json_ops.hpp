#pragma once

// Access to containers that are kept as Json: the run-time twins of what detail/type_info.hpp makes of C++ containers.

#include "instructor/types.hpp"

namespace instructor::core {

extern const ListOps json_list_ops;
extern const OptionalOps json_optional_ops;
extern const TupleOps json_tuple_ops;

}  // namespace instructor::core
