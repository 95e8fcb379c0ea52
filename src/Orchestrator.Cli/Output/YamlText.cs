using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Cli.Output;

/// <summary>Writes JSON as YAML, keys in the order in which they came.</summary>
internal static class YamlText
{
    public static void Write(TextWriter output, JsonNode? node)
    {
        var emitter = new Emitter(output);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, mapping.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in mapping)
                {
                    EmitText(emitter, name);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray sequence:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, sequence.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in sequence)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                EmitText(emitter, text.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    // Text that a YAML reader would take for something else (true, 1, null, 1e3, ~) is quoted.
    private static void EmitText(Emitter emitter, string text)
    {
        var ambiguous = text.Length == 0
            || !(char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
            || text is "true" or "false" or "null" or "True" or "False" or "Null" or "TRUE" or "FALSE" or "NULL"
            || text.ToLowerInvariant() is "yes" or "no" or "on" or "off" or "y" or "n";
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ambiguous ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
