using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Rendering;

namespace UserAdmin.Web.Ui;

/// <summary>A field for a one-time code on a static form; like <see cref="InputPassword"/> it never sends back what was typed.</summary>
public sealed class InputCode : InputText
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "input");
        builder.AddMultipleAttributes(1, AdditionalAttributes);
        builder.AddAttribute(2, "spellcheck", "false");
        builder.AddAttribute(3, "name", NameAttributeValue);
        builder.AddAttribute(4, "class", $"code {CssClass}");
        builder.CloseElement();
    }
}
