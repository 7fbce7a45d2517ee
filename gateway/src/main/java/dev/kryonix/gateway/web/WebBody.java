package dev.kryonix.gateway.web;

import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.kit.errors.ServiceException;
import io.netty.buffer.ByteBuf;

/** Reads the messages of a call out of its request's body. */
final class WebBody implements RequestBody {
  private final WebCall call;
  private final FrameReader frames;
  private final boolean text;
  private final Base64Stream base64 = new Base64Stream();

  WebBody(WebCall call, WebFormat format, int maxMessageBytes) {
    this.call = call;
    this.frames = new FrameReader(maxMessageBytes);
    this.text = format == WebFormat.TEXT;
  }

  @Override
  public void part(ByteBuf bytes) {
    byte[] part = new byte[bytes.readableBytes()];
    bytes.readBytes(part);
    try {
      frames.read(text ? decoded(part) : part).forEach(call::arrive);
    } catch (ServiceException e) {
      call.refuse(e);
    }
  }

  @Override
  public boolean isStream() {
    return true;
  }

  @Override
  public void end() {
    if (frames.isComplete() && base64.isComplete()) {
      call.complete();
    } else {
      call.refuse(WebErrors.malformed("the body ends within a frame"));
    }
  }

  private byte[] decoded(byte[] part) {
    try {
      return base64.decode(part);
    } catch (IllegalArgumentException e) {
      throw WebErrors.malformed("the body is not base64");
    }
  }
}
