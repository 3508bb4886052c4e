#pragma once

#include "base/mutex.hpp"
#include "wire/deflater.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace broadcast_hub {

/// Deflaters for the threads that publish just now.
///
/// Thread safety: all methods may be called from any thread.
class deflater_pool {
 public:
  explicit deflater_pool(int level) : level_(level) { free_.reserve(kept); }

  /// A deflater that goes back into its pool; taken when it is first used.
  class loan {
   public:
    explicit loan(deflater_pool& pool) noexcept : pool_(pool) {}
    ~loan() {
      if (deflater_)
        pool_.put(std::move(deflater_));
    }
    loan(const loan&) = delete;
    loan& operator=(const loan&) = delete;

    wire::deflater* operator->() {
      if (!deflater_)
        deflater_ = pool_.take();
      return deflater_.get();
    }

   private:
    deflater_pool& pool_;
    std::unique_ptr<wire::deflater> deflater_;
  };

  std::size_t free() const {
    const lock_guard lock(mutex_);
    return free_.size();
  }

  static constexpr std::size_t kept = 8;  // 2 MiB; more threads than this rarely publish at once

 private:
  std::unique_ptr<wire::deflater> take() {
    {
      const lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto deflater = std::move(free_.back());
        free_.pop_back();
        return deflater;
      }
    }
    return std::make_unique<wire::deflater>(level_);
  }

  void put(std::unique_ptr<wire::deflater> deflater) noexcept {
    deflater->trim();
    const lock_guard lock(mutex_);
    if (free_.size() < kept)
      free_.push_back(std::move(deflater));
  }

  const int level_;
  mutable mutex mutex_;
  std::vector<std::unique_ptr<wire::deflater>> free_ BROADCAST_HUB_GUARDED_BY(mutex_);
};

}  // namespace broadcast_hub
