using UserAdmin.Core.Audit;

namespace UserAdmin.Web.Audit;

internal static class ForwarderWords
{
    public static string Of(ForwarderKind kind) => kind switch { ForwarderKind.Webhook => "Webhook", ForwarderKind.Syslog => "Syslog", _ => "OpenTelemetry (OTLP)" };
}
