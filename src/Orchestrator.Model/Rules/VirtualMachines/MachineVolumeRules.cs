using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>Volumes of a machine: unique names, one source each.</summary>
internal static class MachineVolumeRules
{
    private const int MaxInlineBytes = 2048;

    private static readonly string[] Sources =
    [
        "containerDisk", "persistentVolumeClaim", "dataVolume", "ephemeral", "emptyDisk", "hostDisk", "cloudInitNoCloud", "configMap", "secret",
        "cloudInitConfigDrive", "sysprep", "downwardAPI", "serviceAccount", "downwardMetrics", "memoryDump", "containerPath",
    ];

    public static void Validate(JsonObject spec, string path, InstanceContext context, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject volume, int i) in spec.Items("volumes"))
        {
            string at = $"{path}.volumes[{i}]";
            string? name = volume.Text("name");
            errors.CheckRequired($"{at}.name", name, NameRules.DnsLabel);
            if (name is not null && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            string[] given = [.. Sources.Where(s => volume[s] is not null)];
            if (given.Length != 1)
            {
                errors.Add(given.Length == 0
                    ? FieldError.Required(at, "must have exactly one source")
                    : FieldError.Invalid(at, string.Join(", ", given), "must have exactly one source"));
            }

            ValidateSource(volume, at, errors);
        }
    }

    private static void ValidateSource(JsonObject volume, string at, ICollection<FieldError> errors)
    {
        if (volume.Child("containerDisk") is { } image)
        {
            errors.CheckRequired($"{at}.containerDisk.image", image.Text("image"), static _ => null);
            errors.CheckOneOf($"{at}.containerDisk.imagePullPolicy", image.Text("imagePullPolicy"), "Always", "IfNotPresent", "Never");
            errors.Check($"{at}.containerDisk.path", image.Text("path"), AbsolutePath);
        }

        if (volume.Child("persistentVolumeClaim") is { } claim)
        {
            errors.CheckRequired($"{at}.persistentVolumeClaim.claimName", claim.Text("claimName"), NameRules.DnsSubdomain);
        }

        if (volume["ephemeral"] is not null)
        {
            errors.CheckRequired($"{at}.ephemeral.persistentVolumeClaim.claimName", volume.Child("ephemeral", "persistentVolumeClaim").Text("claimName"), NameRules.DnsSubdomain);
        }

        if (volume.Child("emptyDisk") is { } empty)
        {
            ValidateSize(empty["capacity"], $"{at}.emptyDisk.capacity", isRequired: true, errors);
        }

        if (volume.Child("hostDisk") is { } disk)
        {
            errors.CheckRequired($"{at}.hostDisk.path", disk.Text("path"), AbsolutePath);
            errors.CheckRequired($"{at}.hostDisk.type", disk.Text("type"), static _ => null);
            errors.CheckOneOf($"{at}.hostDisk.type", disk.Text("type"), "Disk", "DiskOrCreate");
            ValidateSize(disk["capacity"], $"{at}.hostDisk.capacity", disk.Text("type") == "DiskOrCreate", errors);
        }

        ValidateFiles(volume, at, errors);
        if (volume.Child("cloudInitNoCloud") is { } data)
        {
            ValidateCloudInit(data, $"{at}.cloudInitNoCloud", errors);
        }
    }

    private static void ValidateFiles(JsonObject volume, string at, ICollection<FieldError> errors)
    {
        foreach ((string source, string name) in (ReadOnlySpan<(string, string)>)[("configMap", "name"), ("secret", "secretName")])
        {
            if (volume.Child(source) is { } files)
            {
                errors.CheckRequired($"{at}.{source}.{name}", files.Text(name), NameRules.DnsSubdomain);
                errors.Check($"{at}.{source}.volumeLabel", files.Text("volumeLabel"), v => v.Length <= 16 ? DomainRules.SafeName(v) : "must be no more than 16 characters");
            }
        }
    }

    private static void ValidateCloudInit(JsonObject data, string at, ICollection<FieldError> errors)
    {
        string[] users = [.. ((string[])["userData", "userDataBase64"]).Where(f => !string.IsNullOrEmpty(data.Text(f))), .. data["secretRef"] is null ? (string[])[] : ["secretRef"]];
        string[] networks = [.. ((string[])["networkData", "networkDataBase64"]).Where(f => !string.IsNullOrEmpty(data.Text(f))), .. data["networkDataSecretRef"] is null ? (string[])[] : ["networkDataSecretRef"]];
        if (users.Length > 1)
        {
            errors.Add(FieldError.Invalid(at, string.Join(", ", users), "must have only one userdatasource set"));
        }

        if (networks.Length > 1)
        {
            errors.Add(FieldError.Invalid(at, string.Join(", ", networks), "must have only one networkdatasource set"));
        }

        if (users.Length + networks.Length == 0)
        {
            errors.Add(FieldError.Required(at, "must have at least one userdatasource or one networkdatasource set"));
        }

        foreach (string inline in (ReadOnlySpan<string>)["userData", "networkData"])
        {
            if (data.Text(inline) is { } text && Encoding.UTF8.GetByteCount(text) > MaxInlineBytes)
            {
                errors.Add(FieldError.Invalid($"{at}.{inline}", $"{text.Length} characters", $"must be no more than {MaxInlineBytes} bytes: use a secret"));
            }

            errors.Check($"{at}.{inline}Base64", data.Text(inline + "Base64"), v => IsBase64(v) ? null : "must be base64");
        }

        foreach (string reference in (ReadOnlySpan<string>)["secretRef", "networkDataSecretRef"])
        {
            if (data[reference] is not null)
            {
                errors.CheckRequired($"{at}.{reference}.name", data.Child(reference).Text("name"), NameRules.DnsSubdomain);
            }
        }
    }

    private static bool IsBase64(string value) => Convert.TryFromBase64String(value, new byte[value.Length], out _);

    private static void ValidateSize(JsonNode? size, string path, bool isRequired, ICollection<FieldError> errors)
    {
        if (size is null)
        {
            if (isRequired)
            {
                errors.Add(FieldError.Required(path));
            }
        }
        else if (!Quantity.TryParse(size.AsScalarText(), out Quantity quantity) || quantity.Sign <= 0)
        {
            errors.Add(FieldError.Invalid(path, size.AsScalarText(), "must be a quantity greater than 0"));
        }
    }

    private static string? AbsolutePath(string path) =>
        path[0] != '/' ? "must be an absolute path" : path.Split('/').Contains("..") ? "must not contain '..'" : null;
}
