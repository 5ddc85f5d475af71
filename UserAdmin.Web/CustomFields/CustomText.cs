using System.Globalization;
using UserAdmin.Core.CustomFields;
using UserAdmin.Web.Shell;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.CustomFields;

/// <summary>A value as people read it.</summary>
internal static class CustomText
{
    public static string Of(CustomField field, string? value, Viewer viewer) => value is null ? "–" : field.Kind switch
    {
        CustomFieldKind.Flag => T("Yes"),
        CustomFieldKind.Date when DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => viewer.Date(day),
        _ => value,
    };
}
