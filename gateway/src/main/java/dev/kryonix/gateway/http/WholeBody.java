package dev.kryonix.gateway.http;

import dev.kryonix.kit.errors.CommonErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Collects a body up to a limit, and hands it over whole. */
public final class WholeBody implements RequestBody {
  private final HttpExchange exchange;
  private final int maxBytes;
  private final Consumer<byte[]> whenComplete;
  private final CompositeByteBuf collected = Unpooled.compositeBuffer(Integer.MAX_VALUE);

  public WholeBody(HttpExchange exchange, int maxBytes, Consumer<byte[]> whenComplete) {
    if (exchange.request().contentLength() > maxBytes) {
      throw CommonErrors.messageTooLarge(maxBytes);
    }
    this.exchange = exchange;
    this.maxBytes = maxBytes;
    this.whenComplete = whenComplete;
  }

  @Override
  public void part(ByteBuf bytes) {
    if (collected.readableBytes() + bytes.readableBytes() > maxBytes) {
      throw CommonErrors.messageTooLarge(maxBytes);
    }
    exchange.reserve(bytes.readableBytes());
    collected.addComponent(true, bytes.retain());
  }

  @Override
  public void end() {
    byte[] whole = new byte[collected.readableBytes()];
    collected.readBytes(whole);
    collected.release();
    whenComplete.accept(whole);
  }

  @Override
  public void drop() {
    collected.release();
  }
}
