using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Api.Security.Pki;

namespace Orchestrator.Api.Security;

/// <summary>
/// Users by client certificates of the cluster's authority: CN is the user, each O a group. The TLS layer takes any certificate and this decides,
/// so that a stranger gets a 401 that says so and not a broken connection. The result is kept with the connection: a certificate is checked once.
/// </summary>
public sealed class ClientCertificateAuthenticator(X509Certificate2 authority, TimeProvider time) : IAuthenticator
{
    private readonly ConditionalWeakTable<ITlsConnectionFeature, Verdict> _connections = [];

    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext context)
    {
        if (context.Features.Get<ITlsConnectionFeature>() is not { } connection)
        {
            return new((UserInfo?)null);
        }

        if (!_connections.TryGetValue(connection, out Verdict? verdict))
        {
            verdict = Judge(connection.ClientCertificate);
            _connections.AddOrUpdate(connection, verdict);
        }

        // Connections may outlive certificates.
        return new(verdict.User is not null && verdict.ValidUntil > time.GetUtcNow() ? verdict.User : null);
    }

    private Verdict Judge(X509Certificate2? certificate)
    {
        if (certificate is null || !CertificateUse.IsClientOf(authority, certificate, time))
        {
            return new Verdict(null, default);
        }

        (string name, IReadOnlyList<string> organizations) = CertificateSubject.Read(certificate.SubjectName);
        return name.Length == 0
            ? new Verdict(null, default)
            : new Verdict(new UserInfo(name, [.. organizations, UserInfo.AuthenticatedGroup]), new DateTimeOffset(certificate.NotAfter));
    }

    private sealed record Verdict(UserInfo? User, DateTimeOffset ValidUntil);
}
