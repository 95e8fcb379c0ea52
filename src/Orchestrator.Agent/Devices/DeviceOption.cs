using System.Globalization;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Devices;

/// <summary>
/// Devices as an option names them: <c>RESOURCE[,count=N][,id=ID][,model=MODEL][,memory=QUANTITY][,path=/dev/FILE]...[,pci=ADDRESS]</c>. Of
/// several, <c>%</c> in id and path is the number of each, from 0; without id that number is the id.
/// </summary>
public static class DeviceOption
{
    /// <exception cref="FormatException">The text is not of the form; the message says where.</exception>
    public static IReadOnlyList<NodeDevice> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var paths = new List<string>();
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=', 2) is not [("id" or "count" or "model" or "memory" or "path" or "pci") and var key, { Length: > 0 } value])
            {
                throw new FormatException($"'{part}' is not one of id=, count=, model=, memory=, path=, pci=");
            }

            if (key == "path")
            {
                paths.Add(value);
            }
            else if (!values.TryAdd(key, value))
            {
                throw new FormatException($"{key} is given twice");
            }
        }

        var count = 1;
        if (values.TryGetValue("count", out var number)
            && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > DeviceResources.MostPerNode))
        {
            throw new FormatException($"count '{number}' is not a number from 1 to {DeviceResources.MostPerNode}");
        }

        var id = values.GetValueOrDefault("id") ?? "%";
        if (count > 1 && !id.Contains('%', StringComparison.Ordinal))
        {
            throw new FormatException("id needs a % for the number of each of several devices");
        }

        return
        [
            .. Enumerable.Range(0, count).Select(i => new NodeDevice(parts[0], Numbered(id, i), values.GetValueOrDefault("model") ?? "")
            {
                Memory = values.GetValueOrDefault("memory"),
                Paths = [.. paths.Select(p => Numbered(p, i))],
                PciAddress = values.GetValueOrDefault("pci"),
            }),
        ];
    }

    private static string Numbered(string text, int i) => text.Replace("%", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
