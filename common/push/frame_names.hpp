#pragma once

#include <string_view>

#include "common/push/frames.hpp"

/// The name of each frame on the wire, by its type.
namespace holdfast::push {

template <class Frame>
inline constexpr std::string_view kFrameName = "";
template <>
inline constexpr std::string_view kFrameName<Hello> = "hello";
template <>
inline constexpr std::string_view kFrameName<Subscribe> = "subscribe";
template <>
inline constexpr std::string_view kFrameName<Ack> = "ack";
template <>
inline constexpr std::string_view kFrameName<Nack> = "nack";
template <>
inline constexpr std::string_view kFrameName<Same> = "same";
template <>
inline constexpr std::string_view kFrameName<Snapshot> = "snapshot";
template <>
inline constexpr std::string_view kFrameName<DeltaFrame> = "delta";
template <>
inline constexpr std::string_view kFrameName<GoAway> = "goaway";

}  // namespace holdfast::push
