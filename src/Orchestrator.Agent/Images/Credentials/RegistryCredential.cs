namespace Orchestrator.Agent.Images.Credentials;

/// <summary>What a registry is shown: a name and a password, or an identity token in place of the password. Never logged.</summary>
/// <param name="UserName">Empty with an identity token.</param>
/// <param name="Password">Empty with an identity token.</param>
/// <param name="IdentityToken">Token of the registry's token service; empty with a password.</param>
public sealed record RegistryCredential(string UserName, string Password, string IdentityToken = "")
{
    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"credential of \"{UserName}\"";
}
