using System.Text.Json.Nodes;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Migration;

/// <summary>
/// The certificates by which the emulators of two nodes know each other: QEMU's <c>tls-creds-x509</c> wants them by these names in a directory. Both sides must show one of the
/// cluster's authority, and the receiving side takes machines from nodes only.
/// </summary>
/// <param name="Directory">With <c>ca-cert.pem</c>, <c>server-cert.pem</c>, <c>server-key.pem</c>, <c>client-cert.pem</c> and <c>client-key.pem</c>.</param>
internal sealed record MigrationCredentials(string Directory)
{
    public const string Id = "migration-tls";
    public const string AuthorizationId = "migration-peers";

    /// <summary>Whom node certificates name: <c>O=system:nodes</c>.</summary>
    private const string Nodes = "*O=system:nodes*";

    /// <summary>Writes the directory anew.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="authority">PEM of who signs certificates of nodes.</param>
    /// <param name="serving">PEM of certificate and key that the node serves with.</param>
    /// <param name="client">PEM of certificate and key that the node is a client with.</param>
    public static MigrationCredentials Write(string directory, string authority, (string Certificate, string Key) serving, (string Certificate, string Key) client)
    {
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)
        [
            ("ca-cert.pem", authority), ("server-cert.pem", serving.Certificate), ("server-key.pem", serving.Key), ("client-cert.pem", client.Certificate), ("client-key.pem", client.Key),
        ])
        {
            AtomicFile.Write(Path.Combine(directory, name), text);
        }

        return new MigrationCredentials(directory);
    }

    /// <summary>The object for one end, as <c>object-add</c> wants it.</summary>
    public JsonObject End(bool isServer) => new()
    {
        ["qom-type"] = "tls-creds-x509",
        ["id"] = Id,
        ["dir"] = Directory,
        ["endpoint"] = isServer ? "server" : "client",
        ["verify-peer"] = true,
    };

    /// <summary>Whose machines are taken.</summary>
    public static JsonObject Peers() => new()
    {
        ["qom-type"] = "authz-list",
        ["id"] = AuthorizationId,
        ["policy"] = "deny",
        ["rules"] = new JsonArray(new JsonObject { ["match"] = Nodes, ["policy"] = "allow", ["format"] = "glob" }),
    };
}
