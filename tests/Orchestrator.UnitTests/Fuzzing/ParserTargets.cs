using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Decoding.Protobuf;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Selectors;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>The parsers of bodies, selectors, quantities and field paths.</summary>
internal static class ParserTargets
{
    public const int MaxDepth = 64;

    public const string Pod =
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"a/b":"c"},"finalizers":["x/a","x/b"],"ownerReferences":[{"uid":"1","name":"o"}]},"spec":{"nodeSelector":{"a":"b"},"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}],"resources":{"limits":{"cpu":"100m"}}},{"name":"b"}],"volumes":[{"name":"v","emptyDir":{}}],"tolerations":[{"key":"k"}]}}""";

    private static readonly FieldSchema Schema = new FieldSchemas().Of(typeof(V1Pod));

    public static IEnumerable<FuzzTarget> All =>
    [
        new("json", [Utf8(Pod), Utf8("[1,-2.5e3,\"\\u00e9\\ud83d\\ude00\",true,null,{}]")], ByteMutation.Mutate, Json),
        new("yaml", [.. Yamls.Select(Utf8)], ByteMutation.Mutate, Yaml),
        new("protobuf", [Enveloped("v1", "Pod", Message), Enveloped("v1", "ConfigMap", Message), Enveloped("v1", "DeleteOptions", [])], ByteMutation.Mutate, Protobuf),
        new("schema", [Utf8(Pod), Utf8("""{"metadata":{},"spec":{"containers":[]},"status":{"podIPs":[{"ip":"1"}]}}""")], TreeMutation.Mutate, Check),
        new("label-selector", [Utf8("a=b,c!=d,e in (f,g),!h,i notin (j)"), Utf8("a.b/c==d"), Utf8("x>1,y<2")], ByteMutation.Mutate, LabelSelectors),
        new("field-selector", [Utf8("metadata.name=a,spec.nodeName!=b"), Utf8("a==b\\,c,d=\\=")], ByteMutation.Mutate, FieldSelectors),
        new("quantity", [Utf8("100m"), Utf8("1.5Gi"), Utf8("-12e6"), Utf8("+0.000000001"), Utf8("9223372036854775807Ei")], ByteMutation.Mutate, Quantities),
        new("path-element", [Utf8("f:a"), Utf8("k:{\"name\":\"a\",\"port\":80}"), Utf8("v:1.0"), Utf8("i:12")], ByteMutation.Mutate, PathElements),
        new("cel", [Utf8("self.l.all(x, x > 1 ? has(self.m.k) : 'a'.matches('[a-z]+'))"), Utf8("[1, ?self.?q, b'\\xff'] + [{'a': -1.5e3}, r'\\n', 0x1fu]")], ByteMutation.Mutate, Expressions),
        new("json-pointer", [Utf8("/spec/containers/0"), Utf8("/a~1b/~0/-")], ByteMutation.Mutate, Pointers),
    ];

    private static readonly string[] Yamls =
    [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: \"1\"}}\nspec:\n  containers:\n  - name: a\n    args: [--x, 0x1f, 0o17, .5, ~, true]\n    command:\n    - |\n      text\n",
        "a: &a {b: [1, 2]}\nc: *a\nd: &b [*a, *a]\ne: [*b, *b]\n",
        "--- # comment\n? key\n: >-\n  folded\n  text\n'quoted''': \"esc\\x41\\n\"\n...\n",
        Pod,
    ];

    private static byte[] Message => [0x0a, 0x0f, 0x0a, 0x01, (byte)'a', 0x42, 0x02, 0x08, 0x01, 0x5a, 0x06, 0x0a, 0x01, (byte)'k', 0x12, 0x01, (byte)'v', 0x12, 0x07, 0x12, 0x05, 0x0a, 0x01, (byte)'c', 0x18, 0x01];

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void Json(byte[] input)
    {
        if (TryParse(input) is { } node)
        {
            var text = node.ToJsonString();
            Require(JsonTree.Parse(new ReadOnlySequence<byte>(Utf8(text)), MaxDepth + 1, dropNulls: false)!.ToJsonString() == text, "does not read back");
        }
    }

    private static void Expressions(byte[] input)
    {
        if (CelProgram.TryCompile(Encoding.UTF8.GetString(input), [("self", CelType.Dyn)], CelKind.Dyn, out var fault) is { } program)
        {
            program.Evaluate([("self", JsonValues.Of(JsonNode.Parse("""{"l":[1,2],"m":{"k":"v"}}"""), shape: null))], new CelBudget());
        }
        else
        {
            Require(fault.Length > 0, "is refused without a reason");
        }
    }

    private static void Yaml(byte[] input)
    {
        try
        {
            using var text = new StreamReader(new MemoryStream(input));
            _ = YamlTree.Parse(text, MaxDepth)?.ToJsonString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Refused.
        }
    }

    private static void Protobuf(byte[] input)
    {
        try
        {
            if (ProtobufTree.Parse(input, MaxDepth) is JsonObject obj)
            {
                _ = obj.ToJsonString();
                SchemaCheck.Run(obj, Schema);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Refused.
        }
    }

    private static void Check(byte[] input)
    {
        if (TryParse(input) is JsonObject obj)
        {
            SchemaCheck.Run(obj, Schema);
        }
    }

    private static void LabelSelectors(byte[] input) =>
        Require(LabelSelector.TryParse(Text(input), out _, out var error) || error.Length > 0, "is refused without a reason");

    private static void FieldSelectors(byte[] input) =>
        Require(FieldSelector.TryParse(Text(input), out _, out var error) || error.Length > 0, "is refused without a reason");

    private static void Quantities(byte[] input)
    {
        if (Quantity.TryParse(Text(input), out var quantity))
        {
            Require(Quantity.TryParse(quantity.ToString(), out var again) && !(again < quantity) && !(again > quantity), $"{quantity} does not read back");
        }
    }

    private static void PathElements(byte[] input)
    {
        if (PathElement.TryParse(Text(input), out var element) && element is not null)
        {
            Require(PathElement.TryParse(element, out var again) && again == element, $"{element} is not canonical");
            _ = PathElement.Describe([element]);
        }
    }

    private static void Pointers(byte[] input)
    {
        if (JsonPointer.TryParse(Text(input), out var pointer))
        {
            Require(JsonPointer.TryParse(pointer.ToString(), out var again) && again.Segments.SequenceEqual(pointer.Segments), "does not read back");
        }
    }

    /// <summary>The tree as the server reads it, null where it refuses it.</summary>
    public static JsonNode? TryParse(byte[] input)
    {
        try
        {
            return JsonTree.Parse(new ReadOnlySequence<byte>(input), MaxDepth, dropNulls: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }

    private static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    private static byte[] Enveloped(string apiVersion, string kind, byte[] body) =>
        [.. "k8s\0"u8, .. Field(1, [.. Field(1, Utf8(apiVersion)), .. Field(2, Utf8(kind))]), .. Field(2, body)];

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), (byte)bytes.Length, .. bytes];
}
