#pragma once

// What a process owns is not its child's. After fork() the threads of the parent are not there, and whatever they held
// or were about to change stays as it was; connections are the parent's too. So a child leaves all of it alone.

#include <atomic>
#include <memory>
#include <utility>

namespace instructor {

/// How many forks ago this process's first ancestor began, as far as it is known here: it differs between a process and
/// its children.
unsigned fork_generation() noexcept;

/// The process that something was made in, by something that is made with it.
class HomeProcess {
 public:
  /// Is this a child of that process?
  bool left() const noexcept { return generation_ != fork_generation(); }

 private:
  unsigned generation_ = fork_generation();
};

/// One T for each process, made when it is first asked for. A child gets a new one; the parent's is never touched
/// again, nor destroyed.
template <class T>
class PerProcess {
 public:
  PerProcess() = default;
  ~PerProcess() {
    Slot* const slot = slot_.load();
    if (slot != nullptr && slot->generation == fork_generation()) delete slot;
  }
  PerProcess(const PerProcess&) = delete;
  PerProcess& operator=(const PerProcess&) = delete;

  T& get() {
    const unsigned generation = fork_generation();
    Slot* slot = slot_.load(std::memory_order_acquire);
    while (slot == nullptr || slot->generation != generation) {
      auto made = std::make_unique<Slot>(generation);
      if (slot_.compare_exchange_strong(slot, made.get(), std::memory_order_acq_rel)) slot = made.release();
    }
    return slot->value;
  }

 private:
  struct Slot {
    explicit Slot(unsigned of) : generation(of) {}
    const unsigned generation;
    T value{};
  };
  std::atomic<Slot*> slot_ = nullptr;
};

/// Never destroys what it takes: it belongs to threads that are not in this process.
template <class T>
void abandon(std::shared_ptr<T>&& shared) noexcept {
  union Kept {
    explicit Kept(std::shared_ptr<T>&& taken) : value(std::move(taken)) {}
    ~Kept() {}  // NOLINT(modernize-use-equals-default): that would be deleted
    std::shared_ptr<T> value;
  };
  const Kept kept(std::move(shared));
}

}  // namespace instructor
