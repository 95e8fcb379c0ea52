using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Storage;

/// <summary>CSIDrivers: what a driver needs of those who call it.</summary>
internal sealed class CsiDriverRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is not { } spec)
        {
            return;
        }

        spec.Default("attachRequired", true);
        foreach (string flag in (ReadOnlySpan<string>)["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"])
        {
            spec.Default(flag, false);
        }

        spec.DefaultIfEmpty("fsGroupPolicy", "ReadWriteOnceWithFSType");
        if (spec["volumeLifecycleModes"].IsUnset())
        {
            spec["volumeLifecycleModes"] = new JsonArray("Persistent");
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        errors.CheckOneOf("spec.fsGroupPolicy", spec.Text("fsGroupPolicy"), "File", "None", "ReadWriteOnceWithFSType");
        foreach ((string mode, int i) in spec.Texts("volumeLifecycleModes").Select((m, i) => (m, i)))
        {
            errors.CheckOneOf(string.Create(CultureInfo.InvariantCulture, $"spec.volumeLifecycleModes[{i}]"), mode, "Ephemeral", "Persistent");
        }

        Immutability.ValidateMember(obj, old, errors, "spec", "attachRequired");
        Immutability.ValidateMember(obj, old, errors, "spec", "volumeLifecycleModes");
    }
}

/// <summary>CSINodes: the drivers on a node, each once.</summary>
internal sealed class CsiNodeRules : IKindRules
{
    private const int MaxNodeIdBytes = 256;

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject driver, int i) in obj.Child("spec").Items("drivers"))
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"spec.drivers[{i}]");
            errors.CheckRequired($"{path}.name", driver.Text("name"), v => NameRules.DnsSubdomain(v.ToLowerInvariant()));
            errors.CheckRequired($"{path}.nodeID", driver.Text("nodeID"), v => v.Length > MaxNodeIdBytes ? $"must be {MaxNodeIdBytes} characters or less" : null);
            errors.CheckNotNegative($"{path}.allocatable.count", driver.Child("allocatable").Integer("count"));
            if (driver.Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{path}.name", name));
            }
        }
    }
}

/// <summary>VolumeAttachments: which volume is to be attached where never changes.</summary>
internal sealed class VolumeAttachmentRules : IKindRules
{
    public void Default(JsonObject obj) => obj.ObjectOrNew("status")?.Default("attached", false);

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec"), source = spec.Child("source");
        errors.CheckRequired("spec.attacher", spec.Text("attacher"), v => NameRules.DnsSubdomain(v.ToLowerInvariant()));
        errors.CheckRequired("spec.nodeName", spec.Text("nodeName"), NameRules.DnsSubdomain);
        bool isNamed = source.Text("persistentVolumeName") is { Length: > 0 }, isInline = source?["inlineVolumeSpec"] is not null;
        if (isNamed == isInline)
        {
            errors.Add(isNamed
                ? FieldError.Forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
                : FieldError.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
        }

        if (old is not null && !JsonNode.DeepEquals(spec, old.Child("spec")))
        {
            errors.Add(FieldError.Invalid("spec", "<changed>", "field is immutable"));
        }
    }
}
