using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace UserAdmin.Web.Me;

/// <summary>What a value of an enum is called on the screen, in English.</summary>
internal static class EnumName
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum =>
        typeof(TEnum).GetField(value.ToString())?.GetCustomAttribute<DisplayAttribute>()?.Name ?? value.ToString();
}
