{# By which words a customer says that the departments shift the blame to each other, in
   Chinese and in English. A reviewed list: a phrase belongs here when it names the
   quarrel itself, not when it is merely angry. #}
{% macro says_ownership_dispute(text) -%}
    (
        {{ text }} ~ '踢皮球|扯皮|甩锅|推来推去|互相推|推诿|推卸|推脱|两头不认|互不认|互相不认|不归.{0,4}管|不是.{0,5}的?责任|都说不是|各说各的|谁答应.{0,3}找谁|谁发的找谁|皮球'
        or {{ text }} ~* '(pass\w* the buck|not (our|their|my) (responsibility|problem|department|fault)|blam\w+ (each other|the other)|point\w* fingers?|finger.pointing)'
    )
{%- endmacro %}

{# By which words a customer says that it had to be told all over again. 「再说」 alone is
   "besides" or "later" as a rule. #}
{% macro says_told_again(text) -%}
    (
        {{ text }} ~ '(重新|重复|反复|从头|又要|又得)(跟.{0,6})?(说|讲|解释|描述|报)|再(跟.{1,6}|给.{1,6}|从头)(说|讲|解释|描述|报)|再(解释|描述|复述)|再(说|讲|报)[一两几]?[遍次回]|(说|讲|解释|反映|复述)了?(不下)?(好几|很多|无数|[两二三四五六七八九十0-9]+)(遍|次|回)|换(一)?个人.{0,8}(说|讲|问)|每次都(要|得).{0,4}(说|讲|解释)|传话|记录.{0,4}(没有|查不到)'
        or {{ text }} ~* '((explain|repeat|tell|told|said)\w*.{0,30}(again|over and over|every time|from scratch|(two|three|four|five|[0-9]+) times)|repeat (myself|everything))'
    )
{%- endmacro %}
