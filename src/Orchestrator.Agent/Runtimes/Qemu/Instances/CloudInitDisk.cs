using System.Globalization;
using System.Text;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>The disk that cloud-init's NoCloud data source looks for: label cidata, with meta-data, user-data and network-config.</summary>
internal static class CloudInitDisk
{
    public const string Label = "cidata";

    /// <param name="instance">The machine.</param>
    /// <param name="source">Its data, where inline.</param>
    /// <param name="secret">Directory of the Secret's files; null for none.</param>
    /// <param name="networkSecret">Directory of the network data's Secret; null for none.</param>
    /// <exception cref="RuntimeRefusalException">A Secret has not the key that it should have.</exception>
    public static byte[] Write(V1VirtualMachineInstance instance, V1VmCloudInit source, string? secret, string? networkSecret)
    {
        var name = instance.Spec.Hostname ?? instance.Metadata.Name;
        // cloud-init runs what is to run once for each instance id: a restart is the same machine, and is not set up again.
        var id = VirtualMachineNames.UuidOf(instance.Metadata.NamespaceProperty, instance.Metadata.Name);
        var files = new List<KeyValuePair<string, byte[]>>
        {
            new("meta-data", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"instance-id\":\"{id}\",\"local-hostname\":\"{name}\"}}\n"))),
            new("user-data", Data(source.UserData, source.UserDataBase64, secret, "userdata", isRequired: true) ?? []),
        };
        if (Data(source.NetworkData, source.NetworkDataBase64, networkSecret ?? secret, "networkdata", isRequired: networkSecret is not null) is { } network)
        {
            files.Add(new("network-config", network));
        }

        return Iso9660.Write(Label, files);
    }

    private static byte[]? Data(string? inline, string? base64, string? directory, string key, bool isRequired)
    {
        if (!string.IsNullOrEmpty(inline))
        {
            return Encoding.UTF8.GetBytes(inline);
        }

        if (!string.IsNullOrEmpty(base64))
        {
            return Convert.FromBase64String(base64);
        }

        if (directory is null)
        {
            return null;
        }

        // KubeVirt takes the key in either spelling.
        string[] spellings = [key, key.Replace("data", "Data", StringComparison.Ordinal)];
        var found = spellings.Select(s => Path.Combine(directory, s)).FirstOrDefault(File.Exists);
        return found is not null ? File.ReadAllBytes(found)
            : isRequired ? throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"the cloud-init secret has no key {key}")
            : null;
    }
}
