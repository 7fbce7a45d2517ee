package dev.kryonix.gateway.codec;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import java.util.List;

/**
 * A message type with a field of every scalar and well-known type, in every shape: singular, with
 * presence, repeated, packed or not, in a oneof, as a map's key and value.
 */
final class TypeZoo {
  private static final List<FileDescriptor> IMPORTS =
      List.of(
          AnyProto.getDescriptor(),
          DurationProto.getDescriptor(),
          EmptyProto.getDescriptor(),
          FieldMaskProto.getDescriptor(),
          StructProto.getDescriptor(),
          TimestampProto.getDescriptor(),
          WrappersProto.getDescriptor());
  private static final List<FieldDescriptorProto.Type> SCALARS =
      List.of(FieldDescriptorProto.Type.values()).stream()
          .filter(
              type ->
                  type != FieldDescriptorProto.Type.TYPE_MESSAGE
                      && type != FieldDescriptorProto.Type.TYPE_GROUP)
          .toList();

  private final DescriptorProto.Builder zoo = DescriptorProto.newBuilder().setName("Zoo");
  private int number;

  static FileDescriptor file() {
    try {
      return new TypeZoo().build();
    } catch (DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  static Descriptor type() {
    return file().findMessageTypeByName("Zoo");
  }

  private FileDescriptor build() throws DescriptorValidationException {
    zoo.addOneofDecl(OneofDescriptorProto.newBuilder().setName("choice"));
    for (FieldDescriptorProto.Type type : SCALARS) {
      String name = type.name().substring("TYPE_".length()).toLowerCase(java.util.Locale.ROOT);
      add("one_" + name, type, enumName(type));
      add("many_" + name, type, enumName(type)).setLabel(Label.LABEL_REPEATED);
      add("loose_" + name, type, enumName(type))
          .setLabel(Label.LABEL_REPEATED)
          .getOptionsBuilder()
          .setPacked(false);
      add("chosen_" + name, type, enumName(type)).setOneofIndex(0);
      map("map_of_" + name, FieldDescriptorProto.Type.TYPE_STRING, type, enumName(type));
      if (isKey(type)) {
        map("map_by_" + name, type, FieldDescriptorProto.Type.TYPE_MESSAGE, ".zoo.Zoo");
      }
    }
    for (FileDescriptor file : IMPORTS) {
      for (Descriptor type : file.getMessageTypes()) {
        String name = "a_" + type.getName().toLowerCase(java.util.Locale.ROOT);
        add(name, FieldDescriptorProto.Type.TYPE_MESSAGE, "." + type.getFullName());
        add("many" + name, FieldDescriptorProto.Type.TYPE_MESSAGE, "." + type.getFullName())
            .setLabel(Label.LABEL_REPEATED);
        add("chosen" + name, FieldDescriptorProto.Type.TYPE_MESSAGE, "." + type.getFullName())
            .setOneofIndex(0);
        map(
            "map" + name,
            FieldDescriptorProto.Type.TYPE_INT32,
            FieldDescriptorProto.Type.TYPE_MESSAGE,
            "." + type.getFullName());
      }
    }
    add("one_null", FieldDescriptorProto.Type.TYPE_ENUM, ".google.protobuf.NullValue")
        .setOneofIndex(0);
    add("child", FieldDescriptorProto.Type.TYPE_MESSAGE, ".zoo.Zoo");
    add("children", FieldDescriptorProto.Type.TYPE_MESSAGE, ".zoo.Zoo")
        .setLabel(Label.LABEL_REPEATED);
    number = 100_000;
    add("far_away", FieldDescriptorProto.Type.TYPE_STRING, "");
    for (FieldDescriptorProto.Type type : SCALARS) {
      presence("maybe_" + type.name().toLowerCase(java.util.Locale.ROOT), type);
    }
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("zoo.proto")
            .setPackage("zoo")
            .setSyntax("proto3")
            .addMessageType(zoo);
    file.addEnumTypeBuilder()
        .setName("Animal")
        .addValue(value("ANIMAL_UNSPECIFIED", 0))
        .addValue(value("ANIMAL_APE", 1))
        .addValue(value("ANIMAL_BEE", -7))
        .addValue(value("ANIMAL_CAT", 2_000_000));
    IMPORTS.forEach(imported -> file.addDependency(imported.getName()));
    return FileDescriptor.buildFrom(file.build(), IMPORTS.toArray(FileDescriptor[]::new));
  }

  private FieldDescriptorProto.Builder add(
      String name, FieldDescriptorProto.Type type, String typeName) {
    return zoo.addFieldBuilder().mergeFrom(field(name, ++number, type, typeName));
  }

  private void presence(String name, FieldDescriptorProto.Type type) {
    add(name, type, enumName(type)).setProto3Optional(true).setOneofIndex(zoo.getOneofDeclCount());
    zoo.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_" + name));
  }

  private void map(
      String name,
      FieldDescriptorProto.Type key,
      FieldDescriptorProto.Type value,
      String valueName) {
    StringBuilder entry = new StringBuilder();
    for (String word : name.split("_", -1)) {
      entry.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    entry.append("Entry");
    add(name, FieldDescriptorProto.Type.TYPE_MESSAGE, ".zoo.Zoo." + entry)
        .setLabel(Label.LABEL_REPEATED);
    zoo.addNestedTypeBuilder()
        .setName(entry.toString())
        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
        .addField(field("key", 1, key, ""))
        .addField(field("value", 2, value, valueName));
  }

  private static FieldDescriptorProto field(
      String name, int number, FieldDescriptorProto.Type type, String typeName) {
    FieldDescriptorProto.Builder field =
        FieldDescriptorProto.newBuilder()
            .setName(name)
            .setNumber(number)
            .setType(type)
            .setLabel(Label.LABEL_OPTIONAL);
    return (typeName.isEmpty() ? field : field.setTypeName(typeName)).build();
  }

  private static com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto value(
      String name, int number) {
    return com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .build();
  }

  private static String enumName(FieldDescriptorProto.Type type) {
    return type == FieldDescriptorProto.Type.TYPE_ENUM ? ".zoo.Animal" : "";
  }

  private static boolean isKey(FieldDescriptorProto.Type type) {
    return switch (type) {
      case TYPE_FLOAT, TYPE_DOUBLE, TYPE_BYTES, TYPE_ENUM -> false;
      default -> true;
    };
  }
}
