using System.Globalization;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Resolves an image's user (<c>UID|NAME[:GID|GROUP]</c>) with the image's own passwd and group files.</summary>
internal static class UserLookup
{
    /// <exception cref="RuntimeRefusalException">The name is not in the image.</exception>
    public static (long UserId, long GroupId, string Home) Resolve(string? user, string passwd, string group)
    {
        var parts = (user ?? "").Split(':', 2);
        var entries = Entries(passwd, fields: 6);
        var entry = parts[0].Length == 0 ? entries.FirstOrDefault(fields => fields[2] == "0")
            : IsNumber(parts[0]) ? entries.FirstOrDefault(fields => fields[2] == parts[0])
            : entries.FirstOrDefault(fields => fields[0] == parts[0]) ?? throw Unknown("user", parts[0]);
        var userId = parts[0].Length > 0 && IsNumber(parts[0]) ? Number(parts[0]) : Number(entry?[2] ?? "0");
        var groupId = parts.Length < 2 || parts[1].Length == 0 ? Number(entry?[3] ?? "0")
            : IsNumber(parts[1]) ? Number(parts[1])
            : Number((Entries(group, fields: 3).FirstOrDefault(fields => fields[0] == parts[1]) ?? throw Unknown("group", parts[1]))[2]);
        return (userId, groupId, entry is { Length: > 5 } && entry[5].Length > 0 ? entry[5] : "/");
    }

    private static IEnumerable<string[]> Entries(string file, int fields) =>
        file.Split('\n').Select(line => line.Split(':')).Where(entry => entry.Length >= fields && IsNumber(entry[2]));

    private static bool IsNumber(string text) => text.Length is > 0 and <= 10 && text.All(char.IsAsciiDigit);

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static RuntimeRefusalException Unknown(string what, string name) =>
        new("CreateContainerConfigError", $"the image has no {what} \"{name}\": set runAsUser and runAsGroup");
}
