package dev.kryonix.bench.gateway;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The echo service in a process of its own: what all proxies stand in front of. */
final class EchoServer {
  private EchoServer() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])))
            .directExecutor()
            .addService(new EchoEndpoint())
            .build()
            .start();
    server.awaitTermination();
  }
}
