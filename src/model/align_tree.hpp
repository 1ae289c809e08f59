#pragma once

// A JSON text as a tree that can be put together anew: what is not touched stays as it is written.

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "instructor/codec.hpp"
#include "instructor/repair.hpp"
#include "model/choices.hpp"

namespace instructor::core {

/// What was done at one place of the tree.
struct Correction {
  RepairKind kind{};
  std::string_view from;
  std::string_view to;
  std::string_view below;  ///< the key, where it was done to a member that is not there any more
  int cost = 0;
  const Correction* before = nullptr;  ///< what was done there earlier
};

struct TreeNode;

struct TreeMember {
  std::string_view key;  ///< of an object; decoded
  const TreeNode* value = nullptr;
  const Correction* corrections = nullptr;  ///< of the key
};

struct TreeNode {
  Shape shape = Shape::null;
  std::string_view raw;                     ///< as JSON; empty: it is written from its members
  std::string_view text;                    ///< string: decoded
  std::span<const TreeMember> members;      ///< array, object
  const Correction* corrections = nullptr;  ///< of this value
  bool is_corrected = false;                ///< it, or something in it
};

/// Owns the nodes of texts and all that was made of them. Nodes never change, so that trees may share them.
class Tree {
 public:
  explicit Tree(const DecodeOptions& options) : options_(options) {}
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// A strict JSON document, which must outlive the tree. Null: it is none, or is beyond the options' bounds, which are
  /// those of all texts together. Linear; not recursive.
  const TreeNode* parse(std::string_view text);

  std::string_view keep(std::string_view text);
  std::span<const TreeMember> keep(std::span<const TreeMember> members);
  const Correction* keep(const Correction& correction);
  const TreeNode* keep(const TreeNode& node);

  /// A scalar from its JSON text, which is kept.
  const TreeNode* scalar(Shape shape, std::string_view json);
  const TreeNode* string(std::string_view text);

  /// How many values were read.
  std::size_t size() const { return size_; }

  /// How many bytes nodes and texts take.
  std::size_t used() const { return used_; }

 private:
  friend class TreeBuilder;

  template <class T>
  T* allocate(std::size_t count) {
    used_ += count * sizeof(T);
    return static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T)));
  }

  const DecodeOptions& options_;
  std::pmr::monotonic_buffer_resource memory_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

/// Appends the JSON text of a tree.
void write(const TreeNode& node, std::string& out);

/// What was done, in the order in which it is written, with the paths of where it is now.
void list_corrections(const TreeNode& node, Repairs& repairs);

}  // namespace instructor::core
