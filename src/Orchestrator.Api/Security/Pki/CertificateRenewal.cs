using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Api.Security.Pki;

/// <summary>Looks now and then whether the server's own certificates are due, so that a server that runs for years never shows an expired one.</summary>
internal sealed partial class CertificateRenewal(ClusterCertificates certificates, TimeProvider time, ILogger<CertificateRenewal> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            string before = certificates.Serving.Thumbprint;
            try
            {
                certificates.Renew();
            }
            catch (Exception e) when (e is PkiException or IOException or UnauthorizedAccessException)
            {
                // There are weeks left to try again.
                LogFailed(e.Message);
                continue;
            }

            if (certificates.Serving.Thumbprint != before)
            {
                LogRenewed(certificates.Serving.NotAfter);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the serving certificate was renewed, until {NotAfter:u}")]
    private partial void LogRenewed(DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Error, Message = "certificates could not be looked after: {Reason}")]
    private partial void LogFailed(string reason);
}
