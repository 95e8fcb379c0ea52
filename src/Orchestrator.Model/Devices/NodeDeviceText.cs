using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Devices;

/// <summary>
/// Devices of a node as the text of an annotation: a JSON array of
/// <c>{"resource", "id", "model", "memory", "paths": [...], "pciAddress"}</c>, of which the first two are needed.
/// </summary>
public static partial class NodeDeviceText
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Members = ["resource", "id", "model", "memory", "paths", "pciAddress"];

    public static string Write(IEnumerable<NodeDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartArray();
            foreach (NodeDevice device in devices)
            {
                Write(json, device);
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads the annotation; adds an error under <paramref name="path"/> for everything wrong with it, and then returns none.</summary>
    public static IReadOnlyList<NodeDevice> Read(string text, string path, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (Parse(text) is not { } items)
        {
            errors.Add(FieldError.Invalid(path, text, "must be a JSON array of devices: [{\"resource\": \"nvidia.com/gpu\", \"id\": \"0\", \"model\": \"A100\"}]"));
            return [];
        }

        if (items.Count > DeviceResources.MostPerNode)
        {
            errors.Add(FieldError.Invalid(path, items.Count, $"a node may have at most {DeviceResources.MostPerNode} devices"));
            return [];
        }

        int before = errors.Count;
        var devices = new List<NodeDevice>();
        var seen = new HashSet<(string, string)>();
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i] is not JsonObject item)
            {
                errors.Add(FieldError.Invalid($"{path}[{i}]", items[i]?.ToJsonString(), "must be an object"));
                continue;
            }

            Validate(item, $"{path}[{i}]", errors);
            NodeDevice device = Device(item);
            if (!seen.Add((device.Resource, device.Id)))
            {
                errors.Add(FieldError.Duplicate($"{path}[{i}].id", device.Id));
            }

            devices.Add(device);
        }

        return errors.Count == before ? devices : [];
    }

    private static JsonArray? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static NodeDevice Device(JsonObject item) => new(item.Text("resource") ?? "", item.Text("id") ?? "", item.Text("model") ?? "")
    {
        Memory = item.Text("memory"),
        Paths = [.. item.Texts("paths")],
        PciAddress = item.Text("pciAddress"),
    };

    private static void Validate(JsonObject item, string path, ICollection<FieldError> errors)
    {
        foreach ((string name, _) in item)
        {
            if (!Members.Contains(name, StringComparer.Ordinal))
            {
                errors.Add(FieldError.Invalid($"{path}.{name}", name, $"unknown field; known are {string.Join(", ", Members)}"));
            }
        }

        string? resource = item.Text("resource");
        errors.CheckRequired($"{path}.resource", resource, NameRules.QualifiedName);
        if (resource is { Length: > 0 } && !resource.Contains('/', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid($"{path}.resource", resource, "must be an extended resource, with a domain: example.com/gpu"));
        }
        else if (resource is not null && DeviceResources.IsShare(resource, out string whole))
        {
            errors.Add(FieldError.Invalid($"{path}.resource", resource, $"counts thousandths of {whole}: name that"));
        }

        errors.CheckRequired($"{path}.id", item.Text("id"), Id);
        errors.Check($"{path}.model", item.Text("model"), NameRules.LabelValue);
        if (item["memory"] is { } memory && !(memory.AsScalarText() is { } text && Quantity.TryParse(text, out Quantity quantity) && quantity.Sign >= 0))
        {
            errors.Add(FieldError.Invalid($"{path}.memory", memory.AsScalarText(), Quantity.Invalid));
        }

        foreach (string file in item.Texts("paths").Where(p => !p.StartsWith("/dev/", StringComparison.Ordinal) || p.Contains("..", StringComparison.Ordinal)))
        {
            errors.Add(FieldError.Invalid($"{path}.paths", file, "must be a path under /dev"));
        }

        errors.Check($"{path}.pciAddress", item.Text("pciAddress"), a => PciAddress().IsMatch(a) ? null : "must be an address on the PCI bus, such as 0000:3b:00.0");
    }

    private static string? Id(string id) => IdPattern().IsMatch(id) ? null : "must consist of at most 128 letters, digits and any of -_.:";

    private static void Write(Utf8JsonWriter json, NodeDevice device)
    {
        json.WriteStartObject();
        json.WriteString("resource", device.Resource);
        json.WriteString("id", device.Id);
        if (device.Model.Length > 0)
        {
            json.WriteString("model", device.Model);
        }

        if (device.Memory is not null)
        {
            json.WriteString("memory", device.Memory);
        }

        if (device.Paths.Count > 0)
        {
            json.WriteStartArray("paths");
            foreach (string file in device.Paths)
            {
                json.WriteStringValue(file);
            }

            json.WriteEndArray();
        }

        if (device.PciAddress is not null)
        {
            json.WriteString("pciAddress", device.PciAddress);
        }

        json.WriteEndObject();
    }

    [GeneratedRegex(@"^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PciAddress();

    [GeneratedRegex("^[A-Za-z0-9_.:-]{1,128}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}
