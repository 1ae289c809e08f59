#pragma once

// From what a model wrote to the value that it meant: finding, mending, aligning, and the choice between candidates.

#include <memory>
#include <string>
#include <string_view>

#include "instructor/codec.hpp"
#include "instructor/issue.hpp"
#include "instructor/repair.hpp"
#include "instructor/tolerant.hpp"
#include "model/decode.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// How values of a plan are made.
struct ValueSource {
  const Plan& plan;
  void* (*make)();
  void (*destroy)(void*);
};

/// What a text was understood as. Without a value: what is wrong with its JSON.
using Understood = detail::RepairedText;

/// Is it the document that is wrong, not what it says?
bool is_about_document(IssueCode code);

/// Whatever else an answer says, is a value with this issue still wrong when the answer has been repaired? (Streams are
/// broken off for no other.)
bool is_beyond_repair(IssueCode code);

/// What decoding says of a text, or of the part of it that seemed to be the value.
struct StrictOutcome {
  std::string_view decoded;
  Issues issues;
};

/// Decodes a text that is not valid as it stands. Of what the policy does not accept no value comes. Work is linear in
/// the length. Throws Error as decoding does.
Understood decode_tolerantly(const ValueSource& values, std::string_view text, StrictOutcome strict,
                             const DecodeOptions& options, const RepairPolicy& policy);

/// Were brackets, quotes or what separates values put where they are by a repair?
bool is_put_together(const Repairs& repairs);

/// Members that the type does not know are left out for nothing where the text was JSON. In one that had to be put
/// together they may be what is left of others, and that is this repair.
Repair repair_of(const LeftOut& left_out);

/// Does each field allow the repairs that were made in it?
bool fields_allow(const Plan& plan, const Repairs& repairs);

}  // namespace instructor::core
