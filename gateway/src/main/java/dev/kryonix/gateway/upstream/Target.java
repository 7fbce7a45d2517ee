package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.contract.Rpc;
import io.grpc.MethodDescriptor;

/**
 * Where a call goes.
 *
 * @param rpc the RPC
 * @param upstream the service that serves it
 * @param method the RPC as a method of bytes
 */
public record Target(Rpc rpc, Upstream upstream, MethodDescriptor<Frame, Frame> method) {}
