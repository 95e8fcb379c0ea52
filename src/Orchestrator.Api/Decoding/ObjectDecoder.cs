using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding.Protobuf;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Decoding;

/// <summary>Reads objects of a kind from request bodies: JSON, YAML or protobuf, checked against the kind's schema as <c>fieldValidation</c> asks.</summary>
internal sealed class ObjectDecoder(ApiOptions options, FieldSchemas schemas)
{
    /// <summary>
    /// The object in the body, with apiVersion and kind filled in; its types are those of the kind's schema. Nulls are dropped, except in custom
    /// kinds, whose fields may be nullable.
    /// </summary>
    public async ValueTask<Outcome<JsonObject>> ReadAsync(ApiCall call)
    {
        var tree = await ReadTreeAsync(call, dropNulls: !call.Kind.IsCustom);
        return tree.Failed ? tree.Error : CheckObject(call, tree.Value.Root, tree.Value.Duplicates);
    }

    /// <summary>The body as it is: a patch, or options.</summary>
    /// <param name="call">The request.</param>
    /// <param name="dropNulls">False where a null says something (patches).</param>
    public async ValueTask<Outcome<(JsonNode? Root, List<JsonTree.Duplicate> Duplicates)>> ReadTreeAsync(ApiCall call, bool dropNulls)
    {
        var mediaType = MediaTypes.Of(call.Http.Request.ContentType);
        var isYaml = MediaTypes.IsYaml(mediaType);
        if (!isYaml && mediaType != MediaTypes.Protobuf && !mediaType.EndsWith("json", StringComparison.Ordinal))
        {
            return StatusErrors.UnsupportedMediaType(mediaType, MediaTypes.Json, MediaTypes.Yaml, MediaTypes.Protobuf);
        }

        var body = await RequestBody.ReadAsync(call.Http, options.MaxBodyBytes);
        if (body.Failed)
        {
            return body.Error;
        }

        using var bytes = body.Value;
        var duplicates = new List<JsonTree.Duplicate>();
        try
        {
            if (mediaType == MediaTypes.Protobuf)
            {
                return (ParseProtobuf(bytes.Bytes), duplicates);
            }

            if (isYaml)
            {
                using var text = new StreamReader(PipeReader.Create(bytes.Bytes).AsStream());
                return (YamlTree.Parse(text, options.MaxDepth), duplicates);
            }

            return bytes.Bytes.IsEmpty ? (null, duplicates) : (JsonTree.Parse(bytes.Bytes, options.MaxDepth, dropNulls, duplicates), duplicates);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not valid UTF-8 or UTF-16.
            return StatusErrors.BadRequest($"the body is not valid {mediaType}: {e.Message}");
        }
    }

    private JsonNode? ParseProtobuf(ReadOnlySequence<byte> bytes) =>
        bytes.IsEmpty ? null : ProtobufTree.Parse(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), options.MaxDepth);

    /// <summary>Checks an object that came of a body or of a patch; fills in apiVersion and kind.</summary>
    /// <param name="call">The request.</param>
    /// <param name="root">The object.</param>
    /// <param name="duplicates">Names that the body used twice.</param>
    /// <param name="patch">The patch that the object came of; null for a body.</param>
    public Outcome<JsonObject> CheckObject(ApiCall call, JsonNode? root, List<JsonTree.Duplicate>? duplicates, JsonNode? patch = null)
    {
        var kind = call.Kind;
        if (root is not JsonObject obj)
        {
            return StatusErrors.BadRequest(root is null ? $"the body must hold a {kind.Kind}" : "the body must be a JSON or YAML object");
        }

        if (CheckType(obj, kind) is { } wrongType)
        {
            return wrongType;
        }

        if (schemas.Of(kind) is not { } schema)
        {
            return obj;
        }

        var check = SchemaCheck.Run(obj, schema);
        var decoded = CheckFields(call, obj, check, duplicates, patch);
        if (check.UnknownFields.Count > 0 && !decoded.Failed)
        {
            Pruning.Run(obj, schema);
        }

        return decoded;
    }

    private static StatusError? CheckType(JsonObject obj, ResourceKind kind)
    {
        var apiVersion = obj.Text("apiVersion") ?? "";
        var kindName = obj.Text("kind") ?? "";
        if (apiVersion.Length > 0 && apiVersion != kind.ApiVersion)
        {
            return StatusErrors.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({kind.ApiVersion})");
        }

        if (kindName.Length > 0 && kindName != kind.Kind)
        {
            return StatusErrors.BadRequest($"the kind in the data ({kindName}) does not match the expected kind ({kind.Kind})");
        }

        if (kindName.Length == 0)
        {
            obj.Remove("kind");
            obj.Insert(0, "kind", kind.Kind);
        }

        if (apiVersion.Length == 0)
        {
            obj.Remove("apiVersion");
            obj.Insert(0, "apiVersion", kind.ApiVersion);
        }

        return null;
    }

    private static Outcome<JsonObject> CheckFields(
        ApiCall call, JsonObject obj, SchemaCheck check, List<JsonTree.Duplicate>? duplicates, JsonNode? patch)
    {
        var kind = call.Kind;
        // The values of custom kinds are validated against their schemas later, with all errors at once; only metadata is every kind's.
        string[] mismatches = [.. kind.IsCustom ? check.Mismatches.Where(m => m.StartsWith("metadata", StringComparison.Ordinal)) : check.Mismatches];
        if (mismatches.Length > 0)
        {
            return StatusErrors.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {string.Join("; ", mismatches)}");
        }

        if (check.UnknownFields.Count == 0 && duplicates is null or [])
        {
            return obj;
        }

        string[] findings = [.. check.UnknownFields.Select(f => $"unknown field \"{f}\""), .. Describe(duplicates)];
        switch (call.Request.QueryValue("fieldValidation"))
        {
            case "Ignore":
                return obj;
            case "Strict" when patch is not null:
                return StatusErrors.InvalidPatch(patch.ToJsonString(), $"strict decoding error: {string.Join(", ", findings)}");
            case "Strict":
                return StatusErrors.BadRequest(
                    $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: strict decoding error: {string.Join(", ", findings)}");
            case "" or "Warn":
                foreach (var finding in findings)
                {
                    call.Warn(finding);
                }

                return obj;
            default:
                return StatusErrors.BadRequest("fieldValidation: Unsupported value: supported values: \"Ignore\", \"Strict\", \"Warn\"");
        }
    }

    private static IEnumerable<string> Describe(List<JsonTree.Duplicate>? duplicates) =>
        from duplicate in duplicates ?? []
        let parent = duplicate.Parent.GetPath()
        let path = parent.Length <= 2 ? "" : parent[2..] + "."
        select $"duplicate field \"{path}{duplicate.Name}\"";
}
